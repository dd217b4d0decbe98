package dev.stellwerk.tools.builtin;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Arithmetic in decimal, so that 0.1 + 0.2 is 0.3, within bounds on the size of numbers.
///
/// Sums, products and whole powers are exact up to 1,000 digits; quotients and roots have 50
/// digits; other functions are those of `double`, 15 digits.
final class Numbers {
  /// What an expression may name.
  static final String NAMES =
      "abs, ceil, cos, exp, floor, ln, log, round, sin, sqrt, tan, pi and e";

  private static final int DIGITS_MAX = 1_000;
  private static final int DECIMALS_SHOWN = 10;
  private static final MathContext PRECISE = new MathContext(50);
  private static final MathContext DOUBLE = new MathContext(15);

  private static final Map<String, DoubleUnaryOperator> FUNCTIONS =
      Map.of(
          "cos",
          Math::cos,
          "exp",
          Math::exp,
          "ln",
          Math::log,
          "log",
          Math::log10,
          "sin",
          Math::sin,
          "tan",
          Math::tan);

  private Numbers() {}

  static @Nullable BigDecimal constant(String name) {
    return switch (name) {
      case "pi", "π" -> new BigDecimal("3.14159265358979323846264338327950288419716939937511");
      case "e" -> new BigDecimal("2.71828182845904523536028747135266249775724709369996");
      default -> null;
    };
  }

  static boolean isFunction(String name) {
    return FUNCTIONS.containsKey(name)
        || switch (name) {
          case "abs", "ceil", "floor", "round", "sqrt" -> true;
          default -> false;
        };
  }

  static BigDecimal apply(String function, BigDecimal x) throws ToolFailure {
    return switch (function) {
      case "abs" -> x.abs();
      case "ceil" -> x.setScale(0, RoundingMode.CEILING);
      case "floor" -> x.setScale(0, RoundingMode.FLOOR);
      case "round" -> x.setScale(0, RoundingMode.HALF_UP);
      case "sqrt" -> squareRoot(x);
      default -> byDouble(FUNCTIONS.get(function), function, x);
    };
  }

  private static BigDecimal squareRoot(BigDecimal x) throws ToolFailure {
    if (x.signum() < 0) {
      throw new ToolFailure("a negative number has no real square root");
    }
    return x.sqrt(PRECISE);
  }

  private static BigDecimal byDouble(
      @Nullable DoubleUnaryOperator function, String name, BigDecimal x) throws ToolFailure {
    double value = function == null ? Double.NaN : function.applyAsDouble(x.doubleValue());
    if (Double.isNaN(value) || (Double.isInfinite(value) && x.signum() <= 0)) {
      throw new ToolFailure(name + " of " + show(x) + " is not defined");
    }
    return ofDouble(value);
  }

  private static BigDecimal ofDouble(double value) throws ToolFailure {
    if (Double.isInfinite(value)) {
      throw tooLarge();
    }
    return new BigDecimal(value, DOUBLE);
  }

  static BigDecimal divide(BigDecimal a, BigDecimal b) throws ToolFailure {
    if (b.signum() == 0) {
      throw new ToolFailure("division by zero");
    }
    // Exact where the quotient ends within the digits of its dividend, else rounded.
    return bounded(a.divide(b, new MathContext(Math.max(PRECISE.getPrecision(), a.precision()))));
  }

  /// The remainder with the divisor's sign, so that it is never negative for a positive divisor.
  static BigDecimal remainder(BigDecimal a, BigDecimal b) throws ToolFailure {
    if (b.signum() == 0) {
      throw new ToolFailure("division by zero");
    }
    BigDecimal rest = a.remainder(b);
    return bounded(rest.signum() != 0 && rest.signum() != b.signum() ? rest.add(b) : rest);
  }

  static BigDecimal power(BigDecimal base, BigDecimal exponent) throws ToolFailure {
    if (base.signum() == 0 && exponent.signum() < 0) {
      throw new ToolFailure("division by zero");
    }
    if (exponent.stripTrailingZeros().scale() <= 0) {
      return wholePower(base, exponent);
    }
    if (base.signum() < 0) {
      throw new ToolFailure("a negative number has no real power that is not whole");
    }
    if (exponent.compareTo(new BigDecimal("0.5")) == 0) {
      return squareRoot(base);
    }
    return ofDouble(Math.pow(base.doubleValue(), exponent.doubleValue()));
  }

  private static BigDecimal wholePower(BigDecimal base, BigDecimal exponent) throws ToolFailure {
    BigDecimal size = base.abs();
    if (size.signum() == 0 || size.compareTo(BigDecimal.ONE) == 0) {
      boolean odd = exponent.remainder(BigDecimal.TWO).signum() != 0;
      return exponent.signum() == 0 || (base.signum() < 0 && !odd) ? BigDecimal.ONE : base;
    }
    if (exponent.abs().compareTo(BigDecimal.valueOf(1_000_000)) > 0) {
      throw tooLarge();
    }
    int n = exponent.intValueExact();
    if (Math.abs(n) * Math.abs(log10(size)) > DIGITS_MAX) {
      throw tooLarge();
    }
    boolean exact = n >= 0 && (long) n * base.precision() <= DIGITS_MAX;
    return bounded(exact ? base.pow(n) : base.pow(n, PRECISE));
  }

  private static double log10(BigDecimal positive) {
    int exponent = positive.precision() - positive.scale();
    return exponent + Math.log10(positive.movePointLeft(exponent).doubleValue());
  }

  /// Keeps numbers to a size that can be worked with.
  static BigDecimal bounded(BigDecimal x) throws ToolFailure {
    if (x.signum() == 0) {
      return BigDecimal.ZERO;
    }
    long exponent = (long) x.precision() - x.scale();
    if (exponent > DIGITS_MAX) {
      throw tooLarge();
    }
    if (exponent < -DIGITS_MAX) {
      throw new ToolFailure("the number is too close to zero");
    }
    return x.precision() > DIGITS_MAX ? x.round(new MathContext(DIGITS_MAX)) : x;
  }

  private static ToolFailure tooLarge() {
    return new ToolFailure("the number has more than " + DIGITS_MAX + " digits");
  }

  /// The number in plain digits: ten decimals, or ten digits when it is smaller than one.
  static String show(BigDecimal x) {
    BigDecimal shown = x;
    if (x.scale() > DECIMALS_SHOWN) {
      shown =
          x.abs().compareTo(BigDecimal.ONE) >= 0
              ? x.setScale(DECIMALS_SHOWN, RoundingMode.HALF_UP)
              : x.round(new MathContext(DECIMALS_SHOWN, RoundingMode.HALF_UP));
    }
    return shown.signum() == 0 ? "0" : shown.stripTrailingZeros().toPlainString();
  }
}
