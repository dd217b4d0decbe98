package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Byte-level BPE as GPT-2, Llama 3, Qwen and Kimi use it. Safe for use by many threads.
public final class BpeTokenizer extends PieceTokenizer {
  private final PreTokenizer preTokenizer;
  private final int[] byteTokens;
  private final @Nullable PieceTable wholeWords;
  private final BytePairs pairs;
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
    super(pieces);
    this.preTokenizer = preTokenizer;
    this.byteTokens = byteTokens.clone();
    this.wholeWords = wholeWords;
    this.pairs = new BytePairs(merges);
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
  void encodeRun(String text, boolean first, TokenBuffer out) {
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
    boolean missing = false;
    for (int i = 0; i < word.length; i++) {
      int id = byteTokens[word[i] & 0xFF];
      missing |= id < 0;
      ids[i] = id < 0 ? Integer.MAX_VALUE : id; // no token, so that it merges with nothing
    }
    int length = pairs.merge(ids);
    int[] merged = length == ids.length ? ids : Arrays.copyOf(ids, length);
    return missing ? Arrays.stream(merged).filter(id -> id != Integer.MAX_VALUE).toArray() : merged;
  }
}
