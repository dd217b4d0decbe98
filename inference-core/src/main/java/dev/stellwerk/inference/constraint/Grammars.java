package dev.stellwerk.inference.constraint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/// Grammars of plain text, and of text around another grammar: what tool-call formats need besides
/// JSON.
public final class Grammars {
  private Grammars() {}

  /// One of some texts; none may be empty.
  public static Grammar oneOf(Collection<String> texts) {
    GrammarBuilder nodes = new GrammarBuilder();
    Dfa all = Dfa.ofTexts(texts.stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toList());
    return nodes.build(nodes.lex(all, GrammarBuilder.RETURN));
  }

  /// A grammar with text before and after; either text may be empty.
  public static Grammar enclosed(String before, Grammar inner, String after) {
    GrammarBuilder nodes = new GrammarBuilder(inner);
    int end = after.isEmpty() ? GrammarBuilder.RETURN : nodes.literal(after, GrammarBuilder.RETURN);
    int start = nodes.call(inner.start, end);
    return nodes.build(before.isEmpty() ? start : nodes.literal(before, start));
  }

  /// Any valid UTF-8 up to and including the first occurrence of an ASCII terminator.
  ///
  /// @param read how many characters of the terminator the text before ends with
  public static Grammar upTo(String terminator, int read) {
    byte[] end = terminator.getBytes(StandardCharsets.US_ASCII);
    Dfa.Builder dfa = new Dfa.Builder();
    int length = end.length;
    dfa.state(); // the start; states 1 to length + 1: so much, plus one, of the terminator was read
    for (int i = 0; i <= length; i++) {
      dfa.state();
    }
    dfa.accept(length + 1);
    int[] continuations = new int[3]; // by how many bytes are missing, less one
    for (int missing = 0; missing < continuations.length; missing++) {
      continuations[missing] = dfa.state();
      dfa.edge(continuations[missing], 0x80, 0xBF, missing == 0 ? 1 : continuations[missing - 1]);
    }
    int afterE0 = lead(dfa, 0xA0, 0xBF, continuations[0]);
    int afterEd = lead(dfa, 0x80, 0x9F, continuations[0]);
    int afterF0 = lead(dfa, 0x90, 0xBF, continuations[1]);
    int afterF4 = lead(dfa, 0x80, 0x8F, continuations[1]);
    for (int state = 0; state <= length; state++) {
      for (int b = 0; b < 0x80; b++) {
        dfa.edge(state, b, b, 1 + behind(end, state == 0 ? read : state - 1, b));
      }
      dfa.edge(state, 0xC2, 0xDF, continuations[0]);
      dfa.edge(state, 0xE0, 0xE0, afterE0);
      dfa.edge(state, 0xE1, 0xEC, continuations[1]);
      dfa.edge(state, 0xED, 0xED, afterEd);
      dfa.edge(state, 0xEE, 0xEF, continuations[1]);
      dfa.edge(state, 0xF0, 0xF0, afterF0);
      dfa.edge(state, 0xF1, 0xF3, continuations[2]);
      dfa.edge(state, 0xF4, 0xF4, afterF4);
    }
    GrammarBuilder nodes = new GrammarBuilder();
    return nodes.build(nodes.lex(dfa.build(), GrammarBuilder.RETURN));
  }

  private static int lead(Dfa.Builder dfa, int low, int high, int next) {
    int state = dfa.state();
    dfa.edge(state, low, high, next);
    return state;
  }

  /// How much of the text is read when `b` follows its first `read` bytes.
  private static int behind(byte[] text, int read, int b) {
    byte[] seen = Arrays.copyOf(text, read + 1);
    seen[read] = (byte) b;
    int from = 0;
    while (!Arrays.equals(seen, from, seen.length, text, 0, seen.length - from)) {
      from++;
    }
    return seen.length - from;
  }
}
