package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/// Byte-level BPE as GPT-2, Llama 3, Qwen and Kimi use it, from a GGUF file's metadata. Safe for
/// use by many threads.
public final class BpeTokenizer implements Tokenizer {
  /// The longest text that one call encodes; about twice what a context of 256K tokens holds.
  public static final int TEXT_CHARS_MAX = 2 << 20;

  private static final int CACHED_WORDS_MAX = 8_192;
  private static final int CACHED_WORD_CHARS_MAX = 32;

  private final PreTokenizer preTokenizer;
  private final boolean ignoreMerges;
  private final byte[][] bytes;
  private final int[] byteTokens;
  private final BitSet control;
  private final BitSet ends;
  private final SpecialTokens specials;
  private final Map<String, Integer> idsByText;
  private final BytePairs pairs;
  private final ConcurrentHashMap<String, int[]> cache = new ConcurrentHashMap<>();

  private BpeTokenizer(PreTokenizer preTokenizer, boolean ignoreMerges, Vocabulary vocabulary) {
    this.preTokenizer = preTokenizer;
    this.ignoreMerges = ignoreMerges;
    this.bytes = vocabulary.bytes;
    this.byteTokens = vocabulary.byteTokens;
    this.control = vocabulary.control;
    this.ends = vocabulary.ends;
    this.specials = new SpecialTokens(vocabulary.specials);
    this.idsByText = ignoreMerges ? vocabulary.idsByText : Map.of();
    this.pairs = new BytePairs(vocabulary.merges);
  }

  /// Reads the tokenizer of a model file; the file may be closed afterwards.
  ///
  /// @throws ModelFileException when it has none, one of another kind, or a broken one
  public static BpeTokenizer load(Gguf gguf) {
    String model = gguf.requiredString("tokenizer.ggml.model");
    if (!model.equals("gpt2")) {
      throw new ModelFileException(
          gguf.path(),
          "tokenizer.ggml.model",
          ModelFileException.printable(model) + "; supported: gpt2 (byte-level BPE)");
    }
    String pre = gguf.requiredString("tokenizer.ggml.pre");
    PreTokenizer preTokenizer =
        PreTokenizer.byName(pre)
            .orElseThrow(
                () ->
                    new ModelFileException(
                        gguf.path(),
                        "tokenizer.ggml.pre",
                        ModelFileException.printable(pre)
                            + "; supported: "
                            + PreTokenizer.SUPPORTED));
    // Llama 3's vocabulary holds words that its merges do not reach.
    return new BpeTokenizer(preTokenizer, pre.equals("llama-bpe"), new Vocabulary(gguf));
  }

  @Override
  public int vocabularySize() {
    return bytes.length;
  }

  @Override
  public Tokens encodeRendered(String rendered) {
    checkLength(rendered);
    Output out = new Output(rendered.length());
    int at = 0;
    while (at < rendered.length()) {
      int special = specials.next(rendered, at);
      encodeWords(SpecialTokens.unmark(rendered.substring(at, special)), out);
      at = special;
      if (at < rendered.length()) {
        int length = specials.lengthAt(rendered, at);
        out.add(specials.id(rendered.substring(at, at + length)).orElseThrow());
        at += length;
      }
    }
    return out.tokens();
  }

  @Override
  public Tokens encodeText(String text) {
    checkLength(text);
    Output out = new Output(text.length());
    encodeWords(text, out);
    return out.tokens();
  }

  @Override
  public String neutralise(String untrusted) {
    return specials.neutralise(untrusted);
  }

  @Override
  public byte[] bytes(int token) {
    return bytes[token];
  }

  @Override
  public boolean isControl(int token) {
    return control.get(token);
  }

  @Override
  public OptionalInt special(String text) {
    return specials.id(text);
  }

  @Override
  public boolean isEndOfGeneration(int token) {
    return ends.get(token);
  }

  @Override
  public StreamingDecoder decoder() {
    return new Utf8Decoder(this);
  }

  private static void checkLength(String text) {
    if (text.length() > TEXT_CHARS_MAX) {
      throw new IllegalArgumentException(
          "text of " + text.length() + " characters; at most " + TEXT_CHARS_MAX + " are encoded");
    }
  }

  private void encodeWords(String text, Output out) {
    for (int from = 0; from < text.length(); ) {
      int end = preTokenizer.end(text, from);
      out.addAll(encodeWord(text.substring(from, end)));
      from = end;
    }
  }

  private int[] encodeWord(String word) {
    int[] known = cache.get(word);
    if (known != null) {
      return known;
    }
    int[] ids = mergeWord(word.getBytes(StandardCharsets.UTF_8));
    if (word.length() <= CACHED_WORD_CHARS_MAX) {
      if (cache.size() >= CACHED_WORDS_MAX) {
        cache.clear(); // crude, and enough: the common words are back within one prompt
      }
      cache.put(word, ids);
    }
    return ids;
  }

  private int[] mergeWord(byte[] word) {
    if (ignoreMerges) {
      char[] text = new char[word.length];
      for (int i = 0; i < word.length; i++) {
        text[i] = ByteAlphabet.charOf(word[i] & 0xFF);
      }
      Integer whole = idsByText.get(new String(text));
      if (whole != null) {
        return new int[] {whole};
      }
    }
    int[] ids = new int[word.length];
    for (int i = 0; i < word.length; i++) {
      ids[i] = byteTokens[word[i] & 0xFF];
    }
    int length = pairs.merge(ids);
    return length == ids.length ? ids : Arrays.copyOf(ids, length);
  }

  /// A growing array of ids.
  private static final class Output {
    private int[] ids;
    private int size;

    Output(int chars) {
      ids = new int[16 + chars / 3];
    }

    void add(int id) {
      room(1);
      ids[size++] = id;
    }

    void addAll(int[] more) {
      room(more.length);
      System.arraycopy(more, 0, ids, size, more.length);
      size += more.length;
    }

    private void room(int count) {
      if (size + count > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(size + count, 2 * ids.length));
      }
    }

    Tokens tokens() {
      return Tokens.of(Arrays.copyOf(ids, size));
    }
  }
}
