package dev.stellwerk.mcp.client;

/// Text from a server, made harmless for a terminal, a log line and a prompt.
final class UntrustedText {
  private UntrustedText() {}

  /// The text without control and invisible formatting characters, cut to a length.
  ///
  /// Line breaks and tabs stay. Escape sequences, bidirectional overrides, zero-width and tag
  /// characters go: they show a person something else than the model reads.
  static String clean(String text, int charsMax) {
    StringBuilder kept = new StringBuilder(Math.min(text.length(), charsMax));
    int at = 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      at += Character.charCount(point);
      if (!visible(point)) {
        continue;
      }
      if (kept.length() + Character.charCount(point) > charsMax) {
        break;
      }
      kept.appendCodePoint(point);
    }
    return kept.toString();
  }

  /// The same on one line.
  static String line(String text, int charsMax) {
    return clean(text.replaceAll("\\s+", " ").strip(), charsMax);
  }

  private static boolean visible(int point) {
    if (point == '\n' || point == '\t') {
      return true;
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE -> false;
      default -> true;
    };
  }
}
