package dev.stellwerk.tools;

/// Sizes of strings in UTF-8, without encoding them: a hostile result is measured before it is
/// copied.
final class Utf8 {
  private Utf8() {}

  static long length(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      bytes += charBytes(text.charAt(i));
    }
    return bytes;
  }

  /// How many characters of the beginning fit into so many bytes; never half a surrogate pair.
  static int charsWithin(String text, long bytesMax) {
    long bytes = 0;
    int i = 0;
    while (i < text.length()) {
      boolean pair =
          i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
      int size = pair ? 4 : charBytes(text.charAt(i));
      if (bytes + size > bytesMax) {
        break;
      }
      bytes += size;
      i += pair ? 2 : 1;
    }
    return i;
  }

  /// Half a surrogate pair counts as two of the pair's four bytes.
  private static int charBytes(char c) {
    if (c < 0x80) {
      return 1;
    }
    return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
  }
}
