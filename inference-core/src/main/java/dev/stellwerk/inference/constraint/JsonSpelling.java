package dev.stellwerk.inference.constraint;

import java.nio.charset.StandardCharsets;

/// Writes code points into an [Nfa] as they are spelled inside a JSON string, one way each.
final class JsonSpelling {
  private static final String SHORT_ESCAPES = "\b\t\n\f\r\"\\";
  private static final String SHORT_NAMES = "btnfr\"\\";

  private final Nfa nfa;

  JsonSpelling(Nfa nfa) {
    this.nfa = nfa;
  }

  /// Any one code point of a set, between two states.
  void edges(int from, CodePoints set, int to) {
    for (CodePoints.Range range : set.ranges()) {
      for (int c = range.from(); c <= Math.min(range.to(), 0x1f); c++) {
        escape(from, c, to);
      }
      ascii(from, Math.max(range.from(), 0x20), Math.min(range.to(), 0x7f), to);
      utf8(from, Math.max(range.from(), 0x80), Math.min(range.to(), 0xd7ff), to);
      utf8(from, Math.max(range.from(), 0xe000), range.to(), to);
    }
  }

  private void ascii(int from, int low, int high, int to) {
    int start = low;
    for (int c = low; c <= high; c++) {
      if (c == '"' || c == '\\') {
        escape(from, c, to);
        if (start < c) {
          nfa.edge(from, start, c - 1, to);
        }
        start = c + 1;
      }
    }
    if (start <= high) {
      nfa.edge(from, start, high, to);
    }
  }

  private void escape(int from, int c, int to) {
    int known = SHORT_ESCAPES.indexOf(c);
    String text = known >= 0 ? "\\" + SHORT_NAMES.charAt(known) : "\\u%04X".formatted(c);
    int last = nfa.text(from, text.substring(0, text.length() - 1));
    char end = text.charAt(text.length() - 1);
    nfa.edge(last, end, end, to);
  }

  /// Splits a range until its ends differ in their last bytes over whole blocks only.
  private void utf8(int from, int low, int high, int to) {
    if (low > high) {
      return;
    }
    int[] ends = {0x7ff, 0xffff};
    for (int end : ends) {
      if (low <= end && end < high) {
        utf8(from, low, end, to);
        utf8(from, end + 1, high, to);
        return;
      }
    }
    for (int bits = 6; bits <= 18; bits += 6) {
      int mask = (1 << bits) - 1;
      if ((low & ~mask) != (high & ~mask)) {
        if ((low & mask) != 0) {
          utf8(from, low, low | mask, to);
          utf8(from, (low | mask) + 1, high, to);
          return;
        }
        if ((high & mask) != mask) {
          utf8(from, low, (high & ~mask) - 1, to);
          utf8(from, high & ~mask, high, to);
          return;
        }
      }
    }
    byte[] first = Character.toString(low).getBytes(StandardCharsets.UTF_8);
    byte[] last = Character.toString(high).getBytes(StandardCharsets.UTF_8);
    int state = from;
    for (int i = 0; i < first.length; i++) {
      int next = i == first.length - 1 ? to : nfa.state();
      nfa.edge(state, first[i] & 0xff, last[i] & 0xff, next);
      state = next;
    }
  }
}
