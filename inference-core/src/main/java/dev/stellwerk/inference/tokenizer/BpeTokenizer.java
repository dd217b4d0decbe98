package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Byte-level BPE as GPT-2, Llama 3, Qwen and Kimi use it. Safe for use by many threads.
public final class BpeTokenizer extends PieceTokenizer {
  private final PreTokenizer preTokenizer;
  private final int[] byteTokens;
  private final @Nullable PieceTable wholeWords;
  private final BytePairs pairs;
  private final boolean composed;
  private final WordCache cache = new WordCache();

  /// @param byteTokens the tokens of the 256 bytes; -1 for a byte that the model cannot read, which
  ///   is left out
  /// @param wholeWords a word that is in it is one token, whatever the merges say; null to always
  ///   merge
  BpeTokenizer(
      Pieces pieces,
      PreTokenizer preTokenizer,
      int[] byteTokens,
      Merges merges,
      @Nullable PieceTable wholeWords) {
    this(pieces, preTokenizer, byteTokens, merges, wholeWords, false);
  }

  /// @param composed whether text is brought to Unicode's normal form C first
  BpeTokenizer(
      Pieces pieces,
      PreTokenizer preTokenizer,
      int[] byteTokens,
      Merges merges,
      @Nullable PieceTable wholeWords,
      boolean composed) {
    super(pieces);
    this.preTokenizer = preTokenizer;
    this.byteTokens = byteTokens.clone();
    this.wholeWords = wholeWords;
    this.pairs = new BytePairs(merges);
    this.composed = composed;
  }

  /// Reads the tokenizer of a model file of this kind; [Tokenizers#load(Gguf)] reads any kind. The
  /// file may be closed afterwards.
  ///
  /// @throws dev.stellwerk.inference.format.ModelFileException when it has none, one of another
  ///   kind, or a broken one
  public static BpeTokenizer load(Gguf gguf) {
    return GgufVocabulary.readByteLevel(gguf);
  }

  @Override
  void encodeRun(String given, boolean first, TokenBuffer out) {
    String text = composed ? Normalizer.normalize(given, Normalizer.Form.NFC) : given;
    preTokenizer.split(
        text,
        (from, to) -> {
          int[] ids = encodeWord(text.substring(from, to));
          out.addAll(ids, ids.length);
        });
  }

  private int[] encodeWord(String word) {
    int[] known = cache.get(word);
    if (known != null) {
      return known;
    }
    int[] ids = mergeWord(word.getBytes(StandardCharsets.UTF_8));
    cache.put(word, ids);
    return ids;
  }

  private int[] mergeWord(byte[] word) {
    if (wholeWords != null) {
      int whole = wholeWords.find(word);
      if (whole >= 0) {
        return new int[] {whole};
      }
    }
    int[] ids = new int[word.length];
    int count = 0;
    for (byte b : word) {
      int id = byteTokens[b & 0xFF];
      if (id >= 0) {
        ids[count++] = id;
      }
    }
    int[] known = count == ids.length ? ids : Arrays.copyOf(ids, count);
    int length = pairs.merge(known);
    return length == known.length ? known : Arrays.copyOf(known, length);
  }
}
