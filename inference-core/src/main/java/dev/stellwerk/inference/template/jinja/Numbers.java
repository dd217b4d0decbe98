package dev.stellwerk.inference.template.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// The filter `round`, as Python rounds: half to even, of the number's exact value.
final class Numbers {
  /// A double has no more digits than this on either side of its point.
  private static final int PRECISION_MAX = 400;

  private Numbers() {}

  static Object round(@Nullable Object value, Arguments arguments) {
    int precision =
        Math.clamp(Values.index(arguments.get(0, "precision", 0L)), -PRECISION_MAX, PRECISION_MAX);
    String method = Text.of(arguments.get(1, "method", "common"));
    RoundingMode mode =
        switch (method) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw new JinjaException("method must be common, ceil or floor");
        };
    if (value instanceof Double number) {
      return Double.isFinite(number)
          ? (Object) new BigDecimal(number).setScale(precision, mode).doubleValue()
          : number;
    }
    long whole = Values.integer(value);
    BigDecimal rounded = new BigDecimal(whole).setScale(precision, mode);
    return method.equals("common") ? (Object) rounded.longValue() : rounded.doubleValue();
  }
}
