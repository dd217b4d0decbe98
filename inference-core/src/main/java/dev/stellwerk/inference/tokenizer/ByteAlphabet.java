package dev.stellwerk.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// GPT-2's way to write bytes as visible characters: printable Latin-1 stands for itself, the other
/// 68 bytes follow from U+0100 on (`bytes_to_unicode` in OpenAI's encoder.py).
final class ByteAlphabet {
  private static final char[] CHARS = new char[256];
  private static final short[] BYTES = new short[256 + 68];

  static {
    Arrays.fill(BYTES, (short) -1);
    char next = 256;
    for (int b = 0; b < 256; b++) {
      boolean visible = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      char c = visible ? (char) b : next++;
      CHARS[b] = c;
      BYTES[c] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /// The character that stands for a byte (0 to 255).
  static char charOf(int unsignedByte) {
    return CHARS[unsignedByte];
  }

  /// What a token's text stands for; text outside the alphabet stands for itself, in UTF-8.
  static byte[] bytes(String text) {
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = text.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return text.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }
}
