package dev.stellwerk.inference.template.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The global functions: jinja2's that templates use, and Hugging Face's two.
final class Functions {
  private Functions() {}

  static boolean isGlobal(String name) {
    return switch (name) {
      case "namespace", "range", "dict", "raise_exception", "strftime_now" -> true;
      default -> false;
    };
  }

  /// A namespace: the one kind of value that a template may change.
  static final class Namespace implements Values.Attributes {
    private final Map<String, @Nullable Object> variables;

    Namespace(Map<String, @Nullable Object> variables) {
      this.variables = variables;
    }

    void set(String name, @Nullable Object value) {
      variables.put(name, value);
    }

    @Override
    public @Nullable Object attribute(String name) {
      return variables.containsKey(name) ? variables.get(name) : new Undefined(name);
    }
  }

  record Global(String name) implements Callable {
    @Override
    public @Nullable Object call(Run run, Arguments arguments) {
      return switch (name) {
        case "namespace" -> new Namespace(entries(arguments));
        case "dict" -> entries(arguments);
        case "range" -> range(run, arguments);
        case "strftime_now" -> now(run, arguments.text(0, "format"));
        default -> throw new JinjaException(Text.of(arguments.required(0, "message")));
      };
    }
  }

  private static Map<String, @Nullable Object> entries(Arguments arguments) {
    Map<String, @Nullable Object> entries = new LinkedHashMap<>();
    for (Object argument : arguments.positional()) {
      if (argument instanceof Map<?, ?> map) {
        map.forEach((key, value) -> entries.put(Text.of(key), value));
      }
    }
    entries.putAll(arguments.named());
    return entries;
  }

  private static Object range(Run run, Arguments arguments) {
    int given = arguments.positional().size();
    long start = given > 1 ? Values.integer(arguments.required(0, "start")) : 0;
    long stop = Values.integer(arguments.required(given > 1 ? 1 : 0, "stop"));
    long step = Values.integer(arguments.get(2, "step", 1L));
    if (step == 0) {
      throw new JinjaException("range with a step of zero");
    }
    List<Long> values = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      run.createdItems(1);
      values.add(i);
    }
    return values;
  }

  /// C's `strftime` in English.
  private static String now(Run run, String format) {
    ZonedDateTime now = ZonedDateTime.now(run.clock);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || ++i == format.length()) {
        out.append(c);
        continue;
      }
      char field = format.charAt(i);
      String pattern =
          switch (field) {
            case 'Y' -> "uuuu";
            case 'm' -> "MM";
            case 'd' -> "dd";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'b' -> "MMM";
            case 'B' -> "MMMM";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'y' -> "uu";
            case 'j' -> "DDD";
            case '%' -> "'%'";
            default -> throw new JinjaException("strftime_now: %" + field + " is not supported");
          };
      out.append(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now));
    }
    return out.toString();
  }
}
