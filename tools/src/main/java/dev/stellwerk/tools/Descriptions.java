package dev.stellwerk.tools;

/// Makes untrusted text fit for a prompt: one line, printable, short.
public final class Descriptions {
  private static final String ELLIPSIS = "…";

  private Descriptions() {}

  /// The text on one line without control and invisible characters, at most `charsMax` long.
  ///
  /// Cut after the last whole sentence that fits; failing that after a word, marked with `…`.
  public static String shorten(String text, int charsMax) {
    Checks.positive("charsMax", charsMax);
    // Whatever follows cannot be in the result, however much of the beginning is dropped.
    String line = clean(text, charsMax + 1);
    if (line.length() <= charsMax) {
      return line;
    }
    int sentence = sentenceEnd(line, charsMax);
    if (sentence > 0) {
      return line.substring(0, sentence);
    }
    int room = charsMax - ELLIPSIS.length();
    int space = line.lastIndexOf(' ', room);
    int end = space > 0 ? space : Math.max(0, room);
    if (end > 0 && Character.isHighSurrogate(line.charAt(end - 1))) {
      end--;
    }
    return line.substring(0, end) + ELLIPSIS;
  }

  /// The text on one line: white space runs become one space; control, format (zero-width, bidi,
  /// tag) and unpaired surrogate characters disappear. Stops once `charsMax` are collected.
  private static String clean(String text, int charsMax) {
    StringBuilder line = new StringBuilder(Math.min(text.length(), charsMax));
    boolean gap = false;
    for (int i = 0; i < text.length() && line.length() < charsMax; ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        gap = !line.isEmpty();
      } else if (visible(c)) {
        if (gap) {
          line.append(' ');
          gap = false;
        }
        line.appendCodePoint(c);
      }
    }
    return line.toString();
  }

  private static boolean visible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> false;
      default -> true;
    };
  }

  /// The index after the last `.`, `!` or `?` that a space follows, at most `max`; 0 if none.
  private static int sentenceEnd(String line, int max) {
    for (int end = Math.min(max, line.length() - 1); end > 0; end--) {
      char last = line.charAt(end - 1);
      boolean stop = last == '.' || last == '!' || last == '?';
      if (stop && line.charAt(end) == ' ' && !abbreviation(line, end)) {
        return end;
      }
      if (last == '。') {
        return end;
      }
    }
    return 0;
  }

  private static boolean abbreviation(String line, int end) {
    return line.startsWith("e.g.", end - 4) || line.startsWith("i.e.", end - 4);
  }
}
