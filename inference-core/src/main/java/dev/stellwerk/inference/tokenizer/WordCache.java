package dev.stellwerk.inference.tokenizer;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The tokens of words that were met lately.
final class WordCache {
  private static final int WORDS_MAX = 8_192;
  private static final int WORD_CHARS_MAX = 32;

  private final ConcurrentHashMap<String, int[]> words = new ConcurrentHashMap<>();

  int @Nullable [] get(String word) {
    return words.get(word);
  }

  void put(String word, int[] ids) {
    if (word.length() <= WORD_CHARS_MAX) {
      if (words.size() >= WORDS_MAX) {
        words.clear(); // crude, and enough: the common words are back within one prompt
      }
      words.put(word, ids);
    }
  }
}
