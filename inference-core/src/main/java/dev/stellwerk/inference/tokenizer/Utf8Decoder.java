package dev.stellwerk.inference.tokenizer;

/// Decodes the bytes of tokens as they come; the up to three bytes of an incomplete code point
/// wait.
///
/// What is not UTF-8 becomes U+FFFD, one for each maximal subpart (Unicode 16, section 3.9; the
/// decoder of WHATWG's Encoding standard, and Python's): as many bytes as could have begun a code
/// point. The JDK's decoder makes one of a whole surrogate, where these make three.
final class Utf8Decoder implements StreamingDecoder {
  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private int codePoint;
  private int needed; // continuation bytes that are still to come
  private int lower = 0x80; // what the next one may be
  private int upper = 0xBF;

  Utf8Decoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  @Override
  public String accept(int token) {
    byte[] bytes = tokenizer.bytes(token);
    if (bytes.length == 0) {
      return "";
    }
    StringBuilder out = new StringBuilder(bytes.length + 1);
    for (byte each : bytes) {
      accept(each & 0xFF, out);
    }
    return out.toString();
  }

  @Override
  public String finish() {
    boolean cut = needed > 0;
    begin(0, 0);
    return cut ? String.valueOf(REPLACEMENT) : "";
  }

  private void accept(int b, StringBuilder out) {
    if (needed > 0) {
      if (b >= lower && b <= upper) {
        begin(needed - 1, (codePoint << 6) | (b & 0x3F));
        if (needed == 0) {
          out.appendCodePoint(codePoint);
        }
        return;
      }
      out.append(REPLACEMENT); // for what waited; this byte begins anew
      begin(0, 0);
    }
    if (b < 0x80) {
      out.append((char) b);
    } else if (b >= 0xC2 && b <= 0xDF) {
      begin(1, b & 0x1F);
    } else if (b >= 0xE0 && b <= 0xEF) {
      begin(2, b & 0x0F);
      lower = b == 0xE0 ? 0xA0 : 0x80; // nothing that fits into two bytes
      upper = b == 0xED ? 0x9F : 0xBF; // no surrogates
    } else if (b >= 0xF0 && b <= 0xF4) {
      begin(3, b & 0x07);
      lower = b == 0xF0 ? 0x90 : 0x80; // nothing that fits into three bytes
      upper = b == 0xF4 ? 0x8F : 0xBF; // nothing above U+10FFFF
    } else {
      out.append(REPLACEMENT);
    }
  }

  private void begin(int bytes, int bits) {
    needed = bytes;
    codePoint = bits;
    lower = 0x80;
    upper = 0xBF;
  }
}
