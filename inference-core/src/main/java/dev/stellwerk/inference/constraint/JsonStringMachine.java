package dev.stellwerk.inference.constraint;

import java.util.Arrays;

/// The lexer of a JSON string, quotes included: whole UTF-8, every escape, surrogates only in
/// pairs.
///
/// A code point is complete each time the machine comes back to [#BODY].
final class JsonStringMachine {
  static final int OPEN = 0;
  static final int BODY = 1;
  static final int END = 2;
  static final int STATES = 32;
  static final int DEAD = -1;
  static final int NO_QUOTE = -2;

  private static final int ESCAPE = 3;
  private static final int HEX_1 = 4;
  private static final int HEX_2 = 5;
  private static final int HEX_3 = 6;
  private static final int HEX_4 = 7;
  private static final int HEX_2_AFTER_D = 8;
  private static final int HIGH_3 = 9;
  private static final int HIGH_4 = 10;
  private static final int LOW_ESCAPE = 11;
  private static final int LOW_U = 12;
  private static final int LOW_1 = 13;
  private static final int LOW_2 = 14;
  private static final int LOW_3 = 15;
  private static final int LOW_4 = 16;
  private static final int UTF_1 = 17; // continuation bytes still to come
  private static final int UTF_2 = 18;
  private static final int UTF_3 = 19;
  private static final int UTF_E0 = 20;
  private static final int UTF_ED = 21;
  private static final int UTF_F0 = 22;
  private static final int UTF_F4 = 23;

  private static final byte[] NEXT = new byte[STATES * 256];
  private static final long[] LIVE = new long[STATES * 4];

  static {
    Arrays.fill(NEXT, (byte) DEAD);
    edge(OPEN, '"', '"', BODY);
    edge(BODY, 0x20, 0x7f, BODY);
    edge(BODY, '"', '"', END);
    edge(BODY, '\\', '\\', ESCAPE);
    for (char c : "\"\\/bfnrt".toCharArray()) {
      edge(ESCAPE, c, c, BODY);
    }
    edge(ESCAPE, 'u', 'u', HEX_1);
    hex(HEX_1, HEX_2);
    hex(HEX_2, HEX_3);
    hex(HEX_3, HEX_4);
    hex(HEX_4, BODY);
    surrogates();
    utf8();
    for (int s = 0; s < STATES; s++) {
      for (int b = 0; b < 256; b++) {
        if (NEXT[s << 8 | b] != DEAD) {
          LIVE[s << 2 | b >>> 6] |= 1L << b;
        }
      }
    }
  }

  private JsonStringMachine() {}

  static int step(int state, int b) {
    return NEXT[state << 8 | b];
  }

  /// Adds the bytes that may follow to a set of 256 bits.
  static void addLive(int state, long[] live) {
    for (int i = 0; i < 4; i++) {
      live[i] |= LIVE[state << 2 | i];
    }
  }

  /// Whether a state is between or inside the code points of ordinary text, no escape.
  static boolean isInsideText(int state) {
    return state == BODY || (state >= UTF_1 && state <= UTF_F4);
  }

  /// How many code points a text adds inside a string when it starts and ends between two of them,
  /// without quotes and escapes; -1 otherwise.
  static int wholeCodePoints(byte[] text) {
    int state = BODY;
    int count = 0;
    for (byte b : text) {
      state = step(state, b & 0xff);
      if (state == DEAD || state == END || b == '\\') {
        return -1;
      }
      count += state == BODY ? 1 : 0;
    }
    return state == BODY ? count : -1;
  }

  /// Where a text leaves the string that it continues: the place behind the closing quote,
  /// [#NO_QUOTE] when it stays inside, [#DEAD] when it may not stand there.
  static int afterQuote(byte[] text) {
    int state = BODY;
    for (int i = 0; i < text.length; i++) {
      state = step(state, text[i] & 0xff);
      if (state == END) {
        return i + 1;
      }
      if (state == DEAD) {
        return DEAD;
      }
    }
    return NO_QUOTE;
  }

  private static void surrogates() {
    edge(HEX_1, 'd', 'd', HEX_2_AFTER_D);
    edge(HEX_1, 'D', 'D', HEX_2_AFTER_D);
    edge(HEX_2_AFTER_D, '0', '7', HEX_3);
    for (char c : "89abAB".toCharArray()) {
      edge(HEX_2_AFTER_D, c, c, HIGH_3);
    }
    hex(HIGH_3, HIGH_4);
    hex(HIGH_4, LOW_ESCAPE);
    edge(LOW_ESCAPE, '\\', '\\', LOW_U);
    edge(LOW_U, 'u', 'u', LOW_1);
    edge(LOW_1, 'd', 'd', LOW_2);
    edge(LOW_1, 'D', 'D', LOW_2);
    edge(LOW_2, 'c', 'f', LOW_3);
    edge(LOW_2, 'C', 'F', LOW_3);
    hex(LOW_3, LOW_4);
    hex(LOW_4, BODY);
  }

  /// The well-formed byte sequences of the Unicode standard, table 3-7.
  private static void utf8() {
    edge(BODY, 0xc2, 0xdf, UTF_1);
    edge(BODY, 0xe0, 0xe0, UTF_E0);
    edge(BODY, 0xe1, 0xef, UTF_2);
    edge(BODY, 0xed, 0xed, UTF_ED);
    edge(BODY, 0xf0, 0xf0, UTF_F0);
    edge(BODY, 0xf1, 0xf3, UTF_3);
    edge(BODY, 0xf4, 0xf4, UTF_F4);
    edge(UTF_1, 0x80, 0xbf, BODY);
    edge(UTF_2, 0x80, 0xbf, UTF_1);
    edge(UTF_3, 0x80, 0xbf, UTF_2);
    edge(UTF_E0, 0xa0, 0xbf, UTF_1);
    edge(UTF_ED, 0x80, 0x9f, UTF_1);
    edge(UTF_F0, 0x90, 0xbf, UTF_2);
    edge(UTF_F4, 0x80, 0x8f, UTF_2);
  }

  private static void hex(int from, int to) {
    edge(from, '0', '9', to);
    edge(from, 'a', 'f', to);
    edge(from, 'A', 'F', to);
  }

  private static void edge(int from, int low, int high, int to) {
    Arrays.fill(NEXT, from << 8 | low, (from << 8 | high) + 1, (byte) to);
  }
}
