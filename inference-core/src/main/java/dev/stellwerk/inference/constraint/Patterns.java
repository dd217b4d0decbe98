package dev.stellwerk.inference.constraint;

import dev.stellwerk.inference.constraint.Regex.Anchor;
import dev.stellwerk.inference.constraint.Regex.Chars;
import dev.stellwerk.inference.constraint.Regex.Choice;
import dev.stellwerk.inference.constraint.Regex.Reading;
import dev.stellwerk.inference.constraint.Regex.Repeat;
import dev.stellwerk.inference.constraint.Regex.Sequence;
import java.util.ArrayList;
import java.util.List;

/// Automata of the JSON strings that match regular expressions.
///
/// Strings are written in canonical form. Control characters come only where a pattern names them.
final class Patterns {
  static final int NFA_STATES_MAX = 50_000;
  static final int DFA_STATES_MAX = 10_000;

  private final Nfa nfa = new Nfa();
  private final JsonSpelling spelling = new JsonSpelling(nfa);
  private final Regex anything;

  private Patterns(boolean all) {
    CodePoints any = all ? CodePoints.ANY : new CodePoints(List.of()).notNorControl();
    this.anything = new Repeat(new Chars(any), 0, Regex.UNBOUNDED);
  }

  /// Strings in which a pattern is found by every dialect's reading.
  ///
  /// @throws IllegalArgumentException when the pattern is not supported
  static Dfa strings(String pattern) {
    return Shared.of(List.of("agreed", pattern), () -> strings(pattern, Reading.AGREED));
  }

  /// The strings in which a pattern is found as ECMAScript reads it, neither more nor less.
  static Dfa exactly(String pattern) {
    return Shared.of(List.of("exact", pattern), () -> strings(pattern, Reading.ECMA));
  }

  /// The strings in which a pattern is found by some dialect's reading: for what depends on a
  /// pattern not being found.
  static Dfa perhaps(String pattern) {
    return Shared.of(List.of("perhaps", pattern), () -> strings(pattern, Reading.ANY));
  }

  private static Dfa strings(String pattern, Reading reading) {
    List<Regex> alternatives = new ArrayList<>();
    alternatives(Regex.parse(pattern, reading), alternatives);
    Patterns patterns = new Patterns(reading != Reading.AGREED);
    int start = patterns.nfa.state();
    int body = patterns.nfa.text(start, "\"");
    int close = patterns.nfa.state();
    for (Regex alternative : alternatives) {
      patterns.nfa.epsilon(patterns.add(patterns.whole(alternative), body), close);
    }
    int end = patterns.nfa.text(close, "\"");
    return patterns.nfa.toDfa(start, end, DFA_STATES_MAX).withFreeStates();
  }

  /// The strings of so many code points.
  static Dfa lengths(int least, int most) {
    Patterns patterns = new Patterns(true);
    int start = patterns.nfa.state();
    int body = patterns.nfa.text(start, "\"");
    Regex any = new Chars(CodePoints.ANY);
    int close = patterns.add(new Repeat(any, least, most), body);
    return patterns.nfa.toDfa(start, patterns.nfa.text(close, "\""), DFA_STATES_MAX);
  }

  private static void alternatives(Regex regex, List<Regex> into) {
    if (regex instanceof Choice(var all)) {
      all.forEach(one -> alternatives(one, into));
    } else {
      into.add(regex);
    }
  }

  /// Makes an alternative match whole strings: anything may stand where it has no anchor.
  private Regex whole(Regex alternative) {
    List<Regex> parts = new ArrayList<>();
    flatten(alternative, parts);
    int from = 0;
    int to = parts.size();
    while (from < to && parts.get(from) instanceof Anchor(boolean start) && start) {
      from++;
    }
    while (to > from && parts.get(to - 1) instanceof Anchor(boolean start) && !start) {
      to--;
    }
    List<Regex> all = new ArrayList<>();
    if (from == 0) {
      all.add(anything);
    }
    all.addAll(parts.subList(from, to));
    if (to == parts.size()) {
      all.add(anything);
    }
    return new Sequence(all);
  }

  private static void flatten(Regex regex, List<Regex> into) {
    if (regex instanceof Sequence(var parts)) {
      parts.forEach(part -> flatten(part, into));
    } else {
      into.add(regex);
    }
  }

  /// Adds a part behind a state; returns the state behind the part.
  private int add(Regex regex, int from) {
    if (nfa.size() > NFA_STATES_MAX) {
      throw new AutomatonLimitException("a pattern of more than " + NFA_STATES_MAX + " states");
    }
    return switch (regex) {
      case Chars(var set) -> {
        int to = nfa.state();
        spelling.edges(from, set, to);
        yield to;
      }
      case Sequence(var parts) -> {
        int state = from;
        for (Regex part : parts) {
          state = add(part, state);
        }
        yield state;
      }
      case Choice(var alternatives) -> {
        int to = nfa.state();
        for (Regex alternative : alternatives) {
          nfa.epsilon(add(alternative, from), to);
        }
        yield to;
      }
      case Repeat(var part, var least, var most) -> repeat(part, least, most, from);
      case Anchor(var start) ->
          throw new IllegalArgumentException(
              (start ? "'^'" : "'$'") + " in the middle is not supported");
    };
  }

  private int repeat(Regex part, int least, int most, int from) {
    int state = from;
    for (int i = 0; i < least; i++) {
      state = add(part, state);
    }
    int to = nfa.state();
    if (most == Regex.UNBOUNDED) {
      int loop = nfa.state();
      nfa.epsilon(state, loop);
      nfa.epsilon(add(part, loop), loop);
      nfa.epsilon(loop, to);
      return to;
    }
    for (int i = least; i < most; i++) {
      nfa.epsilon(state, to);
      state = add(part, state);
    }
    nfa.epsilon(state, to);
    return to;
  }
}
