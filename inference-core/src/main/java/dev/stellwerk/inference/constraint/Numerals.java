package dev.stellwerk.inference.constraint;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Automata of JSON numbers, bounded or not.
///
/// The limits on digits are there because a model may otherwise write digits for ever: every number
/// that a double holds exactly enough to matter can still be written.
final class Numerals {
  static final int INTEGER_DIGITS_MAX = 18;
  static final int FRACTION_DIGITS_MAX = 18;
  static final int STATES_MAX = 20_000;

  static final Dfa ANY_INTEGER = integer(null, null);
  static final Dfa ANY_NUMBER = anyNumber();

  private Numerals() {}

  /// A bound of a range.
  record Bound(BigDecimal value, boolean exclusive) {
    /// The tighter of two lower bounds.
    static Bound higher(@Nullable Bound a, Bound b) {
      int order = a == null ? -1 : a.value.compareTo(b.value);
      return a == null || order < 0 || (order == 0 && b.exclusive) ? b : a;
    }

    /// The tighter of two upper bounds.
    static Bound lower(@Nullable Bound a, Bound b) {
      int order = a == null ? 1 : a.value.compareTo(b.value);
      return a == null || order > 0 || (order == 0 && b.exclusive) ? b : a;
    }
  }

  /// Integers without fraction and exponent.
  static Dfa integer(@Nullable Bound low, @Nullable Bound high) {
    BigInteger limit = BigInteger.TEN.pow(INTEGER_DIGITS_MAX).subtract(BigInteger.ONE);
    BigInteger from = limit.negate();
    BigInteger to = limit;
    if (low != null) {
      BigInteger ceiling = low.value.setScale(0, RoundingMode.CEILING).toBigInteger();
      boolean step = low.exclusive && low.value.compareTo(new BigDecimal(ceiling)) == 0;
      from = from.max(step ? ceiling.add(BigInteger.ONE) : ceiling);
    }
    if (high != null) {
      BigInteger floor = high.value.setScale(0, RoundingMode.FLOOR).toBigInteger();
      boolean step = high.exclusive && high.value.compareTo(new BigDecimal(floor)) == 0;
      to = to.min(step ? floor.subtract(BigInteger.ONE) : floor);
    }
    Nfa nfa = new Nfa();
    int start = nfa.state();
    int end = nfa.state();
    if (from.compareTo(to) <= 0) {
      if (to.signum() >= 0) {
        new Magnitudes(nfa, end).integers(start, from.max(BigInteger.ZERO), to);
      }
      if (from.signum() < 0) {
        int minus = nfa.text(start, "-");
        BigInteger least = to.negate().max(BigInteger.ONE);
        new Magnitudes(nfa, end).integers(minus, least, from.negate());
      }
    }
    return nfa.toDfa(start, end, STATES_MAX);
  }

  /// Any number without an exponent, so that its value can be seen digit by digit.
  static Dfa plain() {
    return number(null, new Bound(BigDecimal.TEN.pow(INTEGER_DIGITS_MAX), true));
  }

  /// Numbers with an optional fraction and, when there is no bound, an optional exponent.
  static Dfa number(@Nullable Bound low, @Nullable Bound high) {
    if (low == null && high == null) {
      return ANY_NUMBER;
    }
    Bound most = new Bound(BigDecimal.TEN.pow(INTEGER_DIGITS_MAX), true);
    Bound least = new Bound(most.value.negate(), true);
    Bound from = low == null ? least : Bound.higher(least, low);
    Bound to = high == null ? most : Bound.lower(most, high);
    Nfa nfa = new Nfa();
    int start = nfa.state();
    int end = nfa.state();
    BigDecimal zero = BigDecimal.ZERO;
    if (to.value.signum() >= 0) {
      Bound bottom = from.value.signum() < 0 ? new Bound(zero, false) : from;
      new Magnitudes(nfa, end).decimals(start, bottom, to);
    }
    if (from.value.signum() < 0) {
      int minus = nfa.text(start, "-");
      Bound bottom =
          to.value.signum() > 0
              ? new Bound(zero, false)
              : new Bound(to.value.negate(), to.exclusive);
      new Magnitudes(nfa, end)
          .decimals(minus, bottom, new Bound(from.value.negate(), from.exclusive));
    }
    return nfa.toDfa(start, end, STATES_MAX);
  }

  private static Dfa anyNumber() {
    Nfa nfa = new Nfa();
    int start = nfa.state();
    int sign = nfa.state();
    int whole = nfa.state();
    int fraction = nfa.state();
    int end = nfa.state();
    nfa.epsilon(start, sign);
    nfa.edge(start, '-', '-', sign);
    nfa.edge(sign, '0', '0', whole);
    int digits = nfa.state();
    nfa.edge(sign, '1', '9', digits);
    upTo(nfa, digits, INTEGER_DIGITS_MAX - 1, whole);
    nfa.epsilon(whole, fraction);
    int point = nfa.text(whole, ".");
    int decimals = nfa.state();
    nfa.edge(point, '0', '9', decimals);
    upTo(nfa, decimals, FRACTION_DIGITS_MAX - 1, fraction);
    nfa.epsilon(fraction, end);
    int exponent = nfa.state();
    int exponentSign = nfa.state();
    nfa.edge(fraction, 'e', 'e', exponent);
    nfa.edge(fraction, 'E', 'E', exponent);
    nfa.epsilon(exponent, exponentSign);
    nfa.edge(exponent, '+', '+', exponentSign);
    nfa.edge(exponent, '-', '-', exponentSign);
    int one = nfa.state();
    nfa.edge(exponentSign, '0', '9', one);
    upTo(nfa, one, 1, end); // two digits: no double overflows
    return nfa.toDfa(start, end, STATES_MAX);
  }

  private static void upTo(Nfa nfa, int from, int most, int to) {
    int state = from;
    for (int i = 0; i < most; i++) {
      nfa.epsilon(state, to);
      int next = nfa.state();
      nfa.edge(state, '0', '9', next);
      state = next;
    }
    nfa.epsilon(state, to);
  }

  /// Ranges of unsigned numbers: one same-length comparison a number of integer digits.
  private static final class Magnitudes {
    private final Nfa nfa;
    private final int end;
    private final Map<String, Integer> states = new HashMap<>();

    Magnitudes(Nfa nfa, int end) {
      this.nfa = nfa;
      this.end = end;
    }

    void integers(int from, BigInteger low, BigInteger high) {
      for (int length = 1; length <= high.toString().length(); length++) {
        sameLength(from, low, high, length, (tightLow, tightHigh) -> end);
      }
    }

    void decimals(int from, Bound low, Bound high) {
      BigInteger lowWhole = low.value.toBigInteger();
      BigInteger highWhole = high.value.toBigInteger();
      String lowDigits = fraction(low.value);
      String highDigits = fraction(high.value);
      int lengths = Math.min(highWhole.toString().length(), INTEGER_DIGITS_MAX);
      for (int length = 1; length <= lengths; length++) {
        sameLength(
            from,
            lowWhole,
            highWhole,
            length,
            (tightLow, tightHigh) ->
                fractionStart(
                    tightLow ? lowDigits : "",
                    tightLow && low.exclusive,
                    tightLow,
                    tightHigh ? highDigits : "",
                    tightHigh && high.exclusive,
                    tightHigh));
      }
    }

    private static String fraction(BigDecimal value) {
      BigDecimal rest = value.remainder(BigDecimal.ONE).stripTrailingZeros();
      return rest.signum() == 0 ? "" : rest.toPlainString().substring(2);
    }

    private interface End {
      int state(boolean tightLow, boolean tightHigh);
    }

    private void sameLength(int from, BigInteger low, BigInteger high, int length, End ends) {
      BigInteger least =
          length == 1 ? BigInteger.ZERO : BigInteger.TEN.pow(length - 1); // no leading zeros
      BigInteger most = BigInteger.TEN.pow(length).subtract(BigInteger.ONE);
      BigInteger a = low.max(least);
      BigInteger b = high.min(most);
      if (a.compareTo(b) <= 0) {
        boolean lowCounts = a.equals(low);
        boolean highCounts = b.equals(high);
        End masked = (tl, th) -> ends.state(tl && lowCounts, th && highCounts);
        digits(from, a.toString(), b.toString(), 0, true, true, masked, new HashMap<>());
      }
    }

    private void digits(
        int state,
        String low,
        String high,
        int at,
        boolean tightLow,
        boolean tightHigh,
        End ends,
        Map<Integer, Integer> known) {
      if (at == low.length()) {
        nfa.epsilon(state, ends.state(tightLow, tightHigh));
        return;
      }
      char from = tightLow ? low.charAt(at) : '0';
      char to = tightHigh ? high.charAt(at) : '9';
      for (char d = from; d <= to; d++) {
        boolean nextLow = tightLow && d == from;
        boolean nextHigh = tightHigh && d == to;
        int key = at << 2 | (nextLow ? 2 : 0) | (nextHigh ? 1 : 0);
        Integer next = known.get(key);
        if (next == null) {
          next = nfa.state();
          known.put(key, next);
          digits(next, low, high, at + 1, nextLow, nextHigh, ends, known);
        }
        nfa.edge(state, d, d, next);
      }
    }

    /// The state behind the integer part: the end, or a point and digits.
    private int fractionStart(
        String low,
        boolean above,
        boolean tightLow,
        String high,
        boolean below,
        boolean tightHigh) {
      String key = "start " + low + ' ' + above + tightLow + high + ' ' + below + tightHigh;
      Integer known = states.get(key);
      if (known != null) {
        return known;
      }
      int state = nfa.state();
      states.put(key, state);
      // No fraction is the same as zeros.
      if ((!tightLow || (low.isEmpty() && !above)) && !(tightHigh && high.isEmpty() && below)) {
        nfa.epsilon(state, end);
      }
      int point = nfa.text(state, ".");
      fractionDigits(point, new Edge(low, above, tightLow), new Edge(high, below, tightHigh), 0);
      return state;
    }

    private record Edge(String digits, boolean exclusive, boolean tight) {
      char digit(int at) {
        return at < digits.length() ? digits.charAt(at) : '0';
      }

      /// Whether only zeros are left from here.
      boolean zeros(int at) {
        return at >= digits.length();
      }

      Edge keep(boolean still) {
        return still ? this : new Edge("", false, false);
      }
    }

    private void fractionDigits(int state, Edge low, Edge high, int at) {
      if (at > 0
          && (!low.tight || (low.zeros(at) && !low.exclusive))
          && !(high.tight && high.zeros(at) && high.exclusive)) {
        nfa.epsilon(state, end);
      }
      if (at == FRACTION_DIGITS_MAX) {
        return;
      }
      char from = low.tight ? low.digit(at) : '0';
      char to = high.tight ? high.digit(at) : '9';
      for (char d = from; d <= to; d++) {
        Edge nextLow = low.keep(low.tight && d == from);
        Edge nextHigh = high.keep(high.tight && d == to);
        String key = at + " " + nextLow + nextHigh;
        Integer next = states.get(key);
        if (next == null) {
          next = nfa.state();
          states.put(key, next);
          fractionDigits(next, nextLow, nextHigh, at + 1);
        }
        nfa.edge(state, d, d, next);
      }
    }
  }
}
