package dev.stellwerk.inference.template.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tests, as in `value is test`.
final class Tests {
  private Tests() {}

  static boolean apply(String name, @Nullable Object value, Arguments arguments) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == null;
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map;
      case "sequence", "iterable" ->
          value instanceof List
              || value instanceof String
              || value instanceof Map
              || value instanceof Undefined;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "number" -> value instanceof Number || value instanceof Boolean;
      case "integer" -> value instanceof Number && !(value instanceof Double);
      case "float" -> value instanceof Double;
      case "callable" -> value instanceof Callable;
      case "lower" -> value instanceof String text && text.equals(text.toLowerCase(Locale.ROOT));
      case "upper" -> value instanceof String text && text.equals(text.toUpperCase(Locale.ROOT));
      case "odd" -> (Values.integer(value) & 1) == 1;
      case "even" -> (Values.integer(value) & 1) == 0;
      default -> binary(name, value, arguments);
    };
  }

  /// What tells `true` from `1`, which are equal.
  private static Object type(@Nullable Object value) {
    return value == null ? Undefined.class : value.getClass();
  }

  private static boolean binary(String name, @Nullable Object value, Arguments arguments) {
    Object other = arguments.get(0, "other", null);
    return switch (name) {
      case "eq", "equalto", "==" -> Values.equal(value, other);
      case "ne", "!=" -> !Values.equal(value, other);
      case "lt", "lessthan", "<" -> Values.compare(value, other) < 0;
      case "le", "<=" -> Values.compare(value, other) <= 0;
      case "gt", "greaterthan", ">" -> Values.compare(value, other) > 0;
      case "ge", ">=" -> Values.compare(value, other) >= 0;
      case "in" -> Values.contains(other, value);
      case "sameas" -> type(value).equals(type(other)) && Values.equal(value, other);
      case "divisibleby" -> Math.floorMod(Values.integer(value), Values.integer(other)) == 0;
      default -> throw new JinjaException("there is no test '" + name + "'");
    };
  }
}
