package dev.stellwerk.inference.tokenizer;

/// The character classes of the pre-tokenizers' patterns, by Unicode code point. A mask is a set of
/// general categories, a bit for each value of [Character#getType(int)].
final class CharClass {
  /// `\p{L}`.
  static final int LETTER =
      1 << Character.UPPERCASE_LETTER
          | 1 << Character.LOWERCASE_LETTER
          | 1 << Character.TITLECASE_LETTER
          | 1 << Character.MODIFIER_LETTER
          | 1 << Character.OTHER_LETTER;

  /// `\p{M}`.
  static final int MARK =
      1 << Character.NON_SPACING_MARK
          | 1 << Character.ENCLOSING_MARK
          | 1 << Character.COMBINING_SPACING_MARK;

  /// `\p{N}`.
  static final int NUMBER =
      1 << Character.DECIMAL_DIGIT_NUMBER
          | 1 << Character.LETTER_NUMBER
          | 1 << Character.OTHER_NUMBER;

  /// `\p{P}`.
  static final int PUNCTUATION =
      1 << Character.CONNECTOR_PUNCTUATION
          | 1 << Character.DASH_PUNCTUATION
          | 1 << Character.START_PUNCTUATION
          | 1 << Character.END_PUNCTUATION
          | 1 << Character.INITIAL_QUOTE_PUNCTUATION
          | 1 << Character.FINAL_QUOTE_PUNCTUATION
          | 1 << Character.OTHER_PUNCTUATION;

  /// `\p{S}`.
  static final int SYMBOL =
      1 << Character.MATH_SYMBOL
          | 1 << Character.CURRENCY_SYMBOL
          | 1 << Character.MODIFIER_SYMBOL
          | 1 << Character.OTHER_SYMBOL;

  /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`.
  static final int UPPER = (LETTER & ~(1 << Character.LOWERCASE_LETTER)) | MARK;

  /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
  static final int LOWER =
      (LETTER & ~(1 << Character.UPPERCASE_LETTER | 1 << Character.TITLECASE_LETTER)) | MARK;

  private CharClass() {}

  /// Whether a code point is of one of the categories in a mask.
  static boolean in(int codePoint, int mask) {
    return (1 << Character.getType(codePoint) & mask) != 0;
  }

  static boolean isLetter(int codePoint) {
    return in(codePoint, LETTER);
  }

  static boolean isNumber(int codePoint) {
    return in(codePoint, NUMBER);
  }

  /// `\s` as the patterns' authors mean it: Unicode's White_Space, which is neither of Java's two
  /// notions of white space. All of it is in the basic plane.
  static boolean isSpace(int codePoint) {
    return switch (codePoint) {
      case 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x1680 -> true;
      case 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> codePoint >= 0x2000 && codePoint <= 0x200A;
    };
  }

  static boolean isLineBreak(int codePoint) {
    return codePoint == '\n' || codePoint == '\r';
  }

  /// `\p{Han}`.
  static boolean isHan(int codePoint) {
    // The first Han character is U+2E80; the check before spares most text the search.
    return codePoint >= 0x2E80
        && Character.UnicodeScript.of(codePoint) == Character.UnicodeScript.HAN;
  }
}
