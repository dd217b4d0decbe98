package dev.stellwerk.runtime.agent;

/// A tool's description as the model reads it: one line, short, ending with a sentence.
final class ShortDescription {
  static final int CHARS_MAX = 160;

  private ShortDescription() {}

  static String of(String description) {
    String line = description.strip().replaceAll("\\s+", " ");
    if (line.length() <= CHARS_MAX) {
      return line;
    }
    int sentence =
        Math.max(line.lastIndexOf(". ", CHARS_MAX - 1), line.lastIndexOf("! ", CHARS_MAX - 1));
    if (sentence > 0) {
      return line.substring(0, sentence + 1);
    }
    int word = line.lastIndexOf(' ', CHARS_MAX - 1);
    return line.substring(0, word > 0 ? word : CHARS_MAX - 1) + "…";
  }
}
