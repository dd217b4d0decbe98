package dev.stellwerk.inference.template.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Python's binary operators on the values that templates have.
final class Operators {
  private static final int FORMAT_CHARS_MAX = 64;

  private Operators() {}

  static @Nullable Object apply(
      Run run, String operator, @Nullable Object left, @Nullable Object right) {
    if (operator.equals("~")) {
      return concat(run, Text.of(left), Text.of(right));
    }
    if (left instanceof Safe || right instanceof Safe) {
      return safe(run, operator, left, right);
    }
    if (left instanceof String a && right instanceof String b && operator.equals("+")) {
      return concat(run, a, b);
    }
    if (left instanceof List<?> a && right instanceof List<?> b && operator.equals("+")) {
      run.createdItems(a.size() + (long) b.size());
      List<@Nullable Object> both = new ArrayList<>(a);
      both.addAll(b);
      return both;
    }
    if (operator.equals("*")) {
      if (left instanceof String text && right instanceof Long) {
        return repeat(run, text, Values.index(right));
      }
      if (left instanceof Long && right instanceof String text) {
        return repeat(run, text, Values.index(left));
      }
    }
    if (operator.equals("%") && left instanceof String format) {
      return percent(run, format, right instanceof List<?> list ? list : List.of(box(right)));
    }
    return arithmetic(operator, number(operator, left), number(operator, right));
  }

  private static Object box(@Nullable Object value) {
    return value == null ? "None" : value;
  }

  private static String concat(Run run, String left, String right) {
    run.created(left.length() + (long) right.length());
    return left.concat(right);
  }

  /// Joined by `+`, text that is not safe is escaped; other operators read plain text.
  private static @Nullable Object safe(
      Run run, String operator, @Nullable Object left, @Nullable Object right) {
    boolean texts =
        (left instanceof Safe || left instanceof String)
            && (right instanceof Safe || right instanceof String);
    if (operator.equals("+") && texts) {
      return new Safe(concat(run, escaped(left), escaped(right)));
    }
    return apply(
        run,
        operator,
        left instanceof Safe text ? text.text() : left,
        right instanceof Safe text ? text.text() : right);
  }

  private static String escaped(@Nullable Object value) {
    return value instanceof Safe safe ? safe.text() : Safe.escape(Text.of(value));
  }

  private static String repeat(Run run, String text, int count) {
    int times = Math.max(0, count);
    run.created((long) text.length() * times);
    return text.repeat(times);
  }

  private static Number number(String operator, @Nullable Object value) {
    if (value instanceof Boolean flag) {
      return flag ? 1L : 0L;
    }
    if (value instanceof Long || value instanceof Double) {
      return (Number) value;
    }
    throw new JinjaException("cannot apply " + operator + " to " + Values.type(value));
  }

  private static Object arithmetic(String operator, Number left, Number right) {
    if (left instanceof Long a && right instanceof Long b && !operator.equals("/")) {
      try {
        return integers(operator, a, b);
      } catch (ArithmeticException e) {
        throw new JinjaException(operator + " of " + a + " and " + b + ": no 64-bit result");
      }
    }
    double a = left.doubleValue();
    double b = right.doubleValue();
    if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new JinjaException("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> a - Math.floor(a / b) * b;
      default -> Math.pow(a, b);
    };
  }

  private static Object integers(String operator, long a, long b) {
    return switch (operator) {
      case "+" -> Math.addExact(a, b);
      case "-" -> Math.subtractExact(a, b);
      case "*" -> Math.multiplyExact(a, b);
      case "//" -> Math.floorDiv(a, b);
      case "%" -> Math.floorMod(a, b);
      default -> power(a, b);
    };
  }

  private static Object power(long base, long exponent) {
    if (exponent < 0) {
      return Math.pow((double) base, (double) exponent);
    }
    return Math.powExact(base, Math.toIntExact(exponent));
  }

  /// `format % values` for `%s`, `%d` with zeros and a width, and `%%`.
  private static String percent(Run run, String format, List<?> values) {
    StringBuilder out = new StringBuilder();
    int next = 0;
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      int begin = ++i;
      while (i < format.length() && format.charAt(i) >= '0' && format.charAt(i) <= '9') {
        i++;
      }
      char kind = i < format.length() ? format.charAt(i) : 0;
      String width = format.substring(begin, Math.min(i, format.length()));
      if (kind == '%') {
        out.append('%');
      } else if ((kind != 's' && kind != 'd') || next >= values.size() || width.length() > 2) {
        throw new JinjaException(
            "the format '" + cut(format) + "' is not supported or lacks values");
      } else {
        String text =
            Text.of(kind == 'd' ? (Object) Values.integer(values.get(next)) : values.get(next));
        next++;
        int fill = (width.isEmpty() ? 0 : Integer.parseInt(width)) - text.length();
        out.append((width.startsWith("0") ? "0" : " ").repeat(Math.max(0, fill))).append(text);
      }
      run.created(out.length());
    }
    return out.toString();
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(FORMAT_CHARS_MAX, text.length()));
  }
}
