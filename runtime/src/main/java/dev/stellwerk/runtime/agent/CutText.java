package dev.stellwerk.runtime.agent;

/// A tool's result, short enough for the model's context.
final class CutText {
  private CutText() {}

  /// The text, cut to `charsMax` with a note of how much is missing.
  static String of(String text, int charsMax) {
    if (text.length() <= charsMax) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
    return text.substring(0, end) + "\n[" + (text.length() - end) + " more characters cut]";
  }
}
