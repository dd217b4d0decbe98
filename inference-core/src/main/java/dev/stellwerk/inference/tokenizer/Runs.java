package dev.stellwerk.inference.tokenizer;

/// What the pre-tokenizers' patterns have in common.
final class Runs {
  private Runs() {}

  /// The end of the characters from `from` on that are of the categories of `mask`.
  static int of(String text, int from, int to, int mask) {
    return of(text, from, to, mask, Integer.MAX_VALUE);
  }

  /// The same for at most `max` characters.
  static int of(String text, int from, int to, int mask, int max) {
    int end = from;
    for (int count = 0; count < max && end < to; count++) {
      int codePoint = text.codePointAt(end);
      if (!CharClass.in(codePoint, mask)) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }

  /// The end of the characters from `from` on that are neither white space nor of the categories.
  static int others(String text, int from, int to, int mask) {
    int end = from;
    while (end < to) {
      int codePoint = text.codePointAt(end);
      if (CharClass.in(codePoint, mask) || CharClass.isSpace(codePoint)) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }

  /// `[\r\n]*`.
  static int lineBreaks(String text, int from, int to) {
    int end = from;
    while (end < to && CharClass.isLineBreak(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /// `\s*`.
  static int spaces(String text, int from, int to) {
    int end = from;
    while (end < to && CharClass.isSpace(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /// `\s+(?!\S)|\s+`: the last space before a word is left to the word.
  ///
  /// @param runEnd the end of the white space
  static int spacesEnd(int from, int runEnd, int to) {
    return runEnd < to && runEnd - from > 1 ? runEnd - 1 : runEnd;
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the run's last line break, or the run without one.
  static int spacesOrLines(String text, int from, int to) {
    int runEnd = spaces(text, from, to);
    for (int i = runEnd; i > from; i--) {
      if (CharClass.isLineBreak(text.charAt(i - 1))) {
        return i;
      }
    }
    return spacesEnd(from, runEnd, to);
  }

  /// The length of `(?i:'s|'t|'re|'ve|'m|'ll|'d)` at `from`, or 0. Without case, the long s is an s
  /// as well.
  static int contraction(String text, int from, int to) {
    if (from >= to || text.charAt(from) != '\'') {
      return 0;
    }
    char first = lowerAt(text, from + 1, to);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return 2;
    }
    char second = lowerAt(text, from + 2, to);
    boolean three =
        ((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l');
    return three ? 3 : 0;
  }

  private static char lowerAt(String text, int index, int to) {
    if (index >= to) {
      return 0;
    }
    char c = text.charAt(index);
    if (c == 'ſ') {
      return 's';
    }
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }
}
