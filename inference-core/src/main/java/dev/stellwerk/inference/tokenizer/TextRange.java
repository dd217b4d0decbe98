package dev.stellwerk.inference.tokenizer;

import java.util.Arrays;
import java.util.Collection;

/// Texts in order, and the part of them that still fits when one reads a text character by
/// character: a trie without nodes.
final class TextRange {
  private final String[] texts;

  TextRange(Collection<String> texts) {
    this.texts = texts.toArray(new String[0]);
    Arrays.sort(this.texts);
  }

  /// The length of the longest of the texts that stands at `at`, or 0.
  int longestAt(String text, int at) {
    int longest = 0;
    int from = 0;
    int to = texts.length;
    for (int depth = 0; at + depth < text.length(); depth++) {
      char c = text.charAt(at + depth);
      from = bound(from, to, depth, c);
      to = bound(from, to, depth, (char) (c + 1));
      if (c == Character.MAX_VALUE || from == to) {
        break;
      }
      if (texts[from].length() == depth + 1) {
        longest = depth + 1;
        from++;
      }
    }
    return longest;
  }

  /// Whether one of the texts stands at `from`, or what lies between `from` and the end of the
  /// text, with or without what `trimmedEnd` leaves out, is the beginning of one.
  ///
  /// @param trimmedEnd at least `from`
  boolean touches(String text, int from, int trimmedEnd) {
    int low = 0;
    int high = texts.length;
    for (int depth = 0; from + depth < text.length(); depth++) {
      char c = text.charAt(from + depth);
      low = bound(low, high, depth, c);
      high = bound(low, high, depth, (char) (c + 1));
      if (c == Character.MAX_VALUE || low == high) {
        return false;
      }
      if (texts[low].length() == depth + 1 || from + depth + 1 == trimmedEnd) {
        return true;
      }
    }
    return true;
  }

  /// The first text from `from` on whose character at `depth` is not below `c`.
  private int bound(int from, int to, int depth, char c) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (texts[middle].charAt(depth) < c) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
