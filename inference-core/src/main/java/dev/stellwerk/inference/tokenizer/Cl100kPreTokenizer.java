package dev.stellwerk.inference.tokenizer;

/// The rules of OpenAI's cl100k that Llama 3 and Qwen 2 took over; they differ in how many digits
/// make a word.
///
/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,k}| ?[^\s\p{L}\p{N}]+[\r\n]*|
/// \s*[\r\n]+|\s+(?!\S)|\s+`, where case folding is ASCII's, as in llama.cpp. Written out by hand:
/// `java.util.regex` costs more to warm up than a prompt costs to split.
final class Cl100kPreTokenizer implements PreTokenizer {
  private final int digitsMax;

  Cl100kPreTokenizer(int digitsMax) {
    this.digitsMax = digitsMax;
  }

  @Override
  public int end(String text, int from) {
    int first = text.codePointAt(from);
    if (first == '\'') {
      int contraction = contraction(text, from);
      if (contraction > 0) {
        return from + contraction;
      }
    }
    if (CharClass.isLetter(first)) {
      return letters(text, from);
    }
    if (CharClass.isNumber(first)) {
      return digits(text, from);
    }
    int second = from + Character.charCount(first);
    if (!CharClass.isLineBreak(first)) {
      int letters = letters(text, second);
      if (letters > second) {
        return letters;
      }
    }
    int symbols = first == ' ' ? second : from;
    int symbolsEnd = others(text, symbols);
    if (symbolsEnd > symbols) {
      return lineBreaks(text, symbolsEnd);
    }
    return spaces(text, from);
  }

  /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `from`, or 0.
  private static int contraction(String text, int from) {
    char first = lowerAt(text, from + 1);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return 2;
    }
    char second = lowerAt(text, from + 2);
    boolean two =
        (first == 'r' && second == 'e')
            || (first == 'v' && second == 'e')
            || (first == 'l' && second == 'l');
    return two ? 3 : 0;
  }

  private static char lowerAt(String text, int index) {
    if (index >= text.length()) {
      return 0;
    }
    char c = text.charAt(index);
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }

  private static int letters(String text, int from) {
    int end = from;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      if (!CharClass.isLetter(codePoint)) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }

  private int digits(String text, int from) {
    int end = from;
    for (int count = 0; count < digitsMax && end < text.length(); count++) {
      int codePoint = text.codePointAt(end);
      if (!CharClass.isNumber(codePoint)) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }

  private static int others(String text, int from) {
    int end = from;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      if (!CharClass.isOther(codePoint)) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }

  private static int lineBreaks(String text, int from) {
    int end = from;
    while (end < text.length() && CharClass.isLineBreak(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /// `\s*[\r\n]+` up to the run's last line break, or the run without one.
  private static int spaces(String text, int from) {
    int runEnd = PreTokenizer.spaceRunEnd(text, from);
    for (int i = runEnd; i > from; i--) {
      if (CharClass.isLineBreak(text.charAt(i - 1))) {
        return i;
      }
    }
    return PreTokenizer.spacesEnd(text, from, runEnd);
  }
}
