package dev.stellwerk.inference.tokenizer;

/// The character classes of the pre-tokenizers' patterns, by Unicode code point.
final class CharClass {
  private CharClass() {}

  /// `\p{L}`.
  static boolean isLetter(int codePoint) {
    if (codePoint < 128) {
      return (codePoint >= 'a' && codePoint <= 'z') || (codePoint >= 'A' && codePoint <= 'Z');
    }
    return Character.isLetter(codePoint);
  }

  /// `\p{N}`.
  static boolean isNumber(int codePoint) {
    if (codePoint < 128) {
      return codePoint >= '0' && codePoint <= '9';
    }
    int type = Character.getType(codePoint);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
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

  /// `[^\s\p{L}\p{N}]`.
  static boolean isOther(int codePoint) {
    return !isSpace(codePoint) && !isLetter(codePoint) && !isNumber(codePoint);
  }

  static boolean isLineBreak(int codePoint) {
    return codePoint == '\n' || codePoint == '\r';
  }
}
