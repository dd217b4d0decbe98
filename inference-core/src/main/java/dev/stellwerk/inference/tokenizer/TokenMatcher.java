package dev.stellwerk.inference.tokenizer;

import java.util.BitSet;
import java.util.Map;

/// Finds tokens that are matched as they stand, before any other rule: the leftmost, and of those
/// the longest.
final class TokenMatcher {
  private final Map<String, Integer> ids;
  private final TextRange texts;
  private final BitSet firstChars = new BitSet();

  /// @param ids by text, which is never empty
  TokenMatcher(Map<String, Integer> ids) {
    this.ids = ids;
    this.texts = new TextRange(ids.keySet());
    ids.keySet().forEach(text -> firstChars.set(text.charAt(0)));
  }

  boolean isEmpty() {
    return ids.isEmpty();
  }

  /// Where the next token begins, at or after `from`, or the text's length.
  int next(String text, int from) {
    int at = from;
    while (at < text.length() && lengthAt(text, at) == 0) {
      at++;
    }
    return at;
  }

  /// The length of the longest token at `at`, or 0.
  int lengthAt(String text, int at) {
    return firstChars.get(text.charAt(at)) ? texts.longestAt(text, at) : 0;
  }

  /// The id of the token that stands at `at` and is so long.
  int id(String text, int at, int length) {
    Integer id = ids.get(text.substring(at, at + length));
    if (id == null) {
      throw new IllegalArgumentException("no token of " + length + " characters at " + at);
    }
    return id;
  }
}
