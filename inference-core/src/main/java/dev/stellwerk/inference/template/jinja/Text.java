package dev.stellwerk.inference.template.jinja;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Strings and printing as Python has them: indices count code points, None is `None`.
final class Text {
  private static final int NESTING_MAX = 100;

  private Text() {}

  /// `str.isspace`.
  static boolean isSpace(char c) {
    return (c >= 0x09 && c <= 0x0D)
        || (c >= 0x1C && c <= 0x20)
        || c == 0x85
        || c == 0xA0
        || (c > 0xFF && Character.isSpaceChar(c));
  }

  static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  static String stripStart(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  /// `str.strip(chars)` at one end or both; white space without `chars`.
  static String strip(String text, @Nullable String chars, boolean start, boolean end) {
    int from = 0;
    int to = text.length();
    while (start && from < to && strips(chars, text.charAt(from))) {
      from++;
    }
    while (end && to > from && strips(chars, text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean strips(@Nullable String chars, char c) {
    return chars == null ? isSpace(c) : chars.indexOf(c) >= 0;
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// The code point at a non-negative index, as a string.
  static String at(String text, int index) {
    int from = text.offsetByCodePoints(0, index);
    return text.substring(from, text.offsetByCodePoints(from, 1));
  }

  /// `str(value)`.
  static String of(@Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Safe safe) {
      return safe.text();
    }
    if (value instanceof Undefined) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    repr(value, 0, out);
    return out.toString();
  }

  private static void repr(@Nullable Object value, int depth, StringBuilder out) {
    // Lists that hold one list many times are small in memory and endless in print.
    if (depth > NESTING_MAX || out.length() > Run.OUTPUT_CHARS_MAX) {
      throw new JinjaException("a value is nested too deeply or too large to print");
    }
    if (value == null) {
      out.append("None");
    } else if (value instanceof Boolean flag) {
      out.append(flag ? "True" : "False");
    } else if (value instanceof Double number) {
      out.append(number(number));
    } else if (value instanceof Number) {
      out.append(value);
    } else if (value instanceof String text) {
      out.append(quoted(text));
    } else if (value instanceof List<?> list) {
      char open = '[';
      for (Object item : list) {
        out.append(open == '[' ? "[" : ", ");
        open = ',';
        repr(item, depth + 1, out);
      }
      out.append(open == '[' ? "[]" : "]");
    } else if (value instanceof Map<?, ?> map) {
      char open = '{';
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(open == '{' ? "{" : ", ");
        open = ',';
        repr(entry.getKey(), depth + 1, out);
        out.append(": ");
        repr(entry.getValue(), depth + 1, out);
      }
      out.append(open == '{' ? "{}" : "}");
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else {
      out.append('<').append(Values.type(value)).append('>');
    }
  }

  private static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder out = new StringBuilder().append(quote);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> out.append(c == quote ? "\\" : "").append(c);
      }
    }
    return out.append(quote).toString();
  }

  /// `repr(float)`: the shortest digits that read back, plain from 1e-4 up to 1e16.
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }
}
