package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;

/// JSON strings that are written one way only, so that equal texts are equal bytes.
///
/// Escaped are only the characters that must be: quote, backslash and control characters, with the
/// short escapes where there are any.
final class JsonText {
  static final int STATES_MAX = 200_000;

  /// A string in its canonical form, quotes included.
  static final Dfa CANONICAL_STRING = canonicalString();

  private JsonText() {}

  /// A name as it is written, quotes included.
  static byte[] quoted(String name) {
    return TextNode.valueOf(name).toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Dfa canonicalString() {
    Nfa nfa = new Nfa();
    int start = nfa.state();
    int body = nfa.state();
    int end = nfa.state();
    nfa.edge(start, '"', '"', body);
    nfa.edge(body, '"', '"', end);
    nfa.edge(body, 0x20, 0x21, body);
    nfa.edge(body, 0x23, 0x5b, body);
    nfa.edge(body, 0x5d, 0x7f, body);
    int escape = nfa.text(body, "\\");
    for (char c : "\"\\bfnrt".toCharArray()) {
      nfa.edge(escape, c, c, body);
    }
    int unicode = nfa.text(escape, "u00");
    int zero = nfa.text(unicode, "0");
    for (char c : "01234567BEF".toCharArray()) { // 8, 9, A, C and D have short escapes
      nfa.edge(zero, c, c, body);
    }
    int one = nfa.text(unicode, "1");
    nfa.edge(one, '0', '9', body);
    nfa.edge(one, 'A', 'F', body);
    int last = nfa.state();
    nfa.edge(last, 0x80, 0xbf, body);
    int two = nfa.state();
    nfa.edge(two, 0x80, 0xbf, last);
    nfa.edge(body, 0xc2, 0xdf, last);
    lead(nfa, body, 0xe0, 0xe0, 0xa0, 0xbf, last);
    lead(nfa, body, 0xe1, 0xec, 0x80, 0xbf, last);
    lead(nfa, body, 0xed, 0xed, 0x80, 0x9f, last);
    lead(nfa, body, 0xee, 0xef, 0x80, 0xbf, last);
    lead(nfa, body, 0xf0, 0xf0, 0x90, 0xbf, two);
    lead(nfa, body, 0xf1, 0xf3, 0x80, 0xbf, two);
    lead(nfa, body, 0xf4, 0xf4, 0x80, 0x8f, two);
    return nfa.toDfa(start, end, STATES_MAX).withFreeStates();
  }

  private static void lead(Nfa nfa, int from, int low, int high, int low2, int high2, int to) {
    int middle = nfa.state();
    nfa.edge(from, low, high, middle);
    nfa.edge(middle, low2, high2, to);
  }
}
