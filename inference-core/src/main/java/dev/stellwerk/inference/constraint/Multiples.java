package dev.stellwerk.inference.constraint;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Automata of the numbers that are multiples of another: the digits' remainder as the state.
///
/// A step of `a / 10^d` divides a number when the number has no digits but zeros behind the first
/// `d` of its fraction, and those before, read as one integer, are a multiple of `a`.
final class Multiples {
  /// Remainders times places behind the point.
  private static final int STATES_MAX = 20_000;

  /// Digits that a double keeps; with more, programs disagree on what is a multiple.
  private static final int DIGITS_MAX = 15;

  private final Nfa nfa = new Nfa();
  private final int step;
  private final int places;
  private final int digits; // first state of each of the tables: remainder after so many places
  private final int zeros;

  private Multiples(int step, int places) {
    this.step = step;
    this.places = places;
    nfa.state(); // start
    nfa.state(); // end
    this.digits = 2;
    for (int i = 0; i < step * (places + 2); i++) {
      nfa.state();
    }
    this.zeros = nfa.state();
  }

  /// Plain numbers, without exponent, that are multiples.
  ///
  /// @throws IllegalArgumentException when the step is none, or too fine or large
  static Dfa of(BigDecimal of) {
    return all(of).and(digits(DIGITS_MAX - places(of), DIGITS_MAX), STATES_MAX * 20);
  }

  /// Plain numbers that are no multiples.
  ///
  /// @throws IllegalArgumentException when the step is none, or too fine or large
  static Dfa not(BigDecimal of) {
    Dfa multiples = all(of);
    int behind = Math.max(places(of), DIGITS_MAX - DIGITS_MAX / 2);
    Dfa some = Numerals.plain().and(digits(DIGITS_MAX - behind, behind), STATES_MAX);
    return some.minus(multiples, STATES_MAX * 20);
  }

  private static int places(BigDecimal of) {
    return Math.max(0, of.stripTrailingZeros().scale());
  }

  private static Dfa all(BigDecimal of) {
    if (of.signum() <= 0) {
      throw new IllegalArgumentException("not above 0");
    }
    BigDecimal bare = of.stripTrailingZeros();
    int places = places(of);
    BigInteger step = bare.movePointRight(places).toBigInteger();
    if (places >= DIGITS_MAX
        || step.bitLength() > 30
        || step.intValue() * (places + 2L) > STATES_MAX) {
      throw new IllegalArgumentException("steps of " + of.toPlainString() + " are not supported");
    }
    return new Multiples(step.intValue(), places).build();
  }

  /// Numbers with so many digits before and behind the point at most.
  private static Dfa digits(int before, int behind) {
    Nfa nfa = new Nfa();
    int start = nfa.state();
    int end = nfa.state();
    int at = nfa.state();
    int point = nfa.state();
    nfa.epsilon(start, at);
    nfa.edge(start, '-', '-', at);
    for (int i = 0; i < before; i++) {
      int next = nfa.state();
      nfa.edge(at, '0', '9', next);
      nfa.epsilon(next, end);
      nfa.edge(next, '.', '.', point);
      at = next;
    }
    for (int i = 0; i < behind; i++) {
      int next = nfa.state();
      nfa.edge(point, '0', '9', next);
      nfa.epsilon(next, end);
      point = next;
    }
    return nfa.toDfa(start, end, STATES_MAX);
  }

  /// The state behind some digits: of the integer (place 0) or behind the point.
  private int state(int place, int remainder) {
    return digits + place * step + remainder;
  }

  private Dfa build() {
    int end = 1;
    int sign = nfa.state();
    nfa.epsilon(0, sign);
    nfa.edge(0, '-', '-', sign);
    int zero = nfa.state();
    nfa.edge(sign, '0', '0', zero);
    behindInteger(zero, 0, end);
    for (int d = 1; d <= 9; d++) {
      nfa.edge(sign, '0' + d, '0' + d, state(0, d % step));
    }
    for (int r = 0; r < step; r++) {
      for (int d = 0; d <= 9; d++) {
        nfa.edge(state(0, r), '0' + d, '0' + d, state(0, (r * 10 + d) % step));
      }
      behindInteger(state(0, r), r, end);
      for (int place = 1; place < places + 1; place++) {
        // state(place, r): place - 1 digits are behind the point
        for (int d = 0; d <= 9; d++) {
          int next = state(place + 1, (r * 10 + d) % step);
          nfa.edge(state(place, r), '0' + d, '0' + d, next);
        }
        if (place > 1) {
          mayEnd(state(place, r), r, place - 1, end);
        }
      }
      if (places > 0) {
        mayEnd(state(places + 1, r), r, places, end);
      }
      if (r == 0 && places > 0) {
        nfa.edge(state(places + 1, 0), '0', '0', zeros);
      }
    }
    nfa.edge(zeros, '0', '0', zeros);
    nfa.epsilon(zeros, end);
    return nfa.toDfa(0, end, STATES_MAX * 2);
  }

  private void behindInteger(int from, int remainder, int end) {
    mayEnd(from, remainder, 0, end);
    if (places > 0) {
      nfa.edge(from, '.', '.', state(1, remainder));
    } else if (remainder == 0) {
      int point = nfa.state();
      nfa.edge(from, '.', '.', point);
      nfa.edge(point, '0', '0', zeros);
    }
  }

  /// Ends where the digits, with zeros for the places that are not written, are a multiple.
  private void mayEnd(int from, int remainder, int written, int end) {
    long rest = remainder;
    for (int i = written; i < places; i++) {
      rest = rest * 10 % step;
    }
    if (rest == 0) {
      nfa.epsilon(from, end);
    }
  }
}
