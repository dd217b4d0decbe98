package dev.stellwerk.inference.template.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The methods of Python's strings, dictionaries and lists. Those that would change a value are
/// refused, as Hugging Face's sandbox refuses them, but for `append` and `pop` of lists.
final class Methods {
  private Methods() {}

  /// A method together with the value that it was taken from.
  record Bound(@Nullable Object receiver, String name) implements Callable {
    @Override
    public @Nullable Object call(Run run, Arguments arguments) {
      return Methods.call(run, receiver, name, arguments);
    }
  }

  /// Whether Python's type has this attribute; it hides a key of the same name.
  static boolean has(@Nullable Object value, String name) {
    if (value instanceof String) {
      return switch (name) {
        case "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "startswith" -> true;
        case "endswith", "replace", "upper", "lower", "title", "capitalize", "find" -> true;
        case "rfind", "index", "count", "join", "format", "removeprefix" -> true;
        case "removesuffix", "partition", "rpartition", "zfill", "ljust", "rjust", "center" -> true;
        case "isalnum", "casefold", "isdigit", "isspace", "isalpha", "isupper", "islower" -> true;
        default -> false;
      };
    }
    if (value instanceof Map) {
      return switch (name) {
        case "items", "keys", "values", "get", "copy" -> true;
        case "pop", "update", "setdefault", "clear", "popitem" -> true;
        default -> false;
      };
    }
    if (value instanceof List) {
      return switch (name) {
        case "index", "count", "copy", "append", "extend", "insert", "pop" -> true;
        case "remove", "reverse", "sort", "clear" -> true;
        default -> false;
      };
    }
    return false;
  }

  static @Nullable Object call(
      Run run, @Nullable Object receiver, String name, Arguments arguments) {
    if (receiver instanceof String text) {
      return ofString(run, text, name, arguments);
    }
    if (receiver instanceof Map<?, ?> map) {
      return ofMap(run, map, name, arguments);
    }
    if (receiver instanceof List<?> list) {
      return ofList(run, list, name, arguments);
    }
    throw new JinjaException(Values.type(receiver) + " has no method '" + name + "'");
  }

  private static @Nullable Object ofMap(Run run, Map<?, ?> map, String name, Arguments arguments) {
    List<@Nullable Object> out = new ArrayList<>();
    switch (name) {
      case "get" -> {
        Object key = Values.key(arguments.required(0, "key"));
        return map.containsKey(key) ? map.get(key) : arguments.get(1, "default", null);
      }
      case "copy" -> {
        return map;
      }
      case "keys" -> out.addAll(map.keySet());
      case "values" -> out.addAll(map.values());
      case "items" -> {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          List<@Nullable Object> pair = new ArrayList<>(2);
          pair.add(entry.getKey());
          pair.add(entry.getValue());
          out.add(pair);
        }
      }
      default -> throw new JinjaException("'" + name + "' would change a mapping");
    }
    run.createdItems(2L * map.size());
    return out;
  }

  private static @Nullable Object ofList(Run run, List<?> list, String name, Arguments arguments) {
    return switch (name) {
      case "copy" -> Values.items(run, list);
      case "append" -> {
        append(run, list, arguments.required(0, "object"));
        yield null;
      }
      case "count" -> {
        long count = 0;
        for (Object item : list) {
          count += Values.equal(item, arguments.required(0, "value")) ? 1 : 0;
        }
        yield count;
      }
      case "index" -> {
        for (int i = 0; i < list.size(); i++) {
          if (Values.equal(list.get(i), arguments.required(0, "value"))) {
            yield (long) i;
          }
        }
        throw new JinjaException("the value is not in the list");
      }
      case "pop" -> pop(list, Values.index(arguments.get(0, "index", -1L)));
      default -> throw new JinjaException("'" + name + "' would change a list");
    };
  }

  /// Kimi K2's own template keeps a queue of call ids this way, so that lists may grow and shrink;
  /// all of them are made for one rendering.
  @SuppressWarnings("unchecked")
  private static void append(Run run, List<?> list, @Nullable Object item) {
    run.createdItems(1);
    ((List<@Nullable Object>) list).add(item);
  }

  private static @Nullable Object pop(List<?> list, int index) {
    int at = index < 0 ? index + list.size() : index;
    if (at < 0 || at >= list.size()) {
      throw new JinjaException("pop from an empty list, or past its end");
    }
    return list.remove(at);
  }

  private static @Nullable Object ofString(Run run, String text, String name, Arguments arguments) {
    run.created(text.length());
    return switch (name) {
      case "strip", "lstrip", "rstrip" ->
          Text.strip(
              text,
              arguments.textOrNull(0, "chars"),
              !name.equals("rstrip"),
              !name.equals("lstrip"));
      case "split" -> Splitting.split(run, text, arguments);
      case "rsplit" -> Splitting.splitFromEnd(run, text, arguments);
      case "partition", "rpartition" ->
          Splitting.partition(text, name.equals("rpartition"), arguments);
      case "zfill", "ljust", "rjust", "center" -> Padding.pad(run, text, name, arguments);
      case "splitlines" -> Splitting.lines(run, text);
      case "startswith", "endswith" -> affix(text, name.equals("startswith"), arguments);
      case "replace" -> replace(run, text, arguments);
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower", "casefold" -> text.toLowerCase(Locale.ROOT);
      case "capitalize" -> capitalize(text);
      case "title" -> title(text);
      case "join" -> Filters.apply(run, "join", arguments.required(0, "iterable"), separator(text));
      case "format" -> format(run, text, arguments);
      case "removeprefix" -> {
        String prefix = arguments.text(0, "prefix");
        yield text.startsWith(prefix) ? text.substring(prefix.length()) : text;
      }
      case "removesuffix" -> {
        String suffix = arguments.text(0, "suffix");
        yield text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
      }
      default -> search(text, name, arguments);
    };
  }

  private static Object search(String text, String name, Arguments arguments) {
    return switch (name) {
      case "find" -> position(text, text.indexOf(arguments.text(0, "sub")));
      case "rfind" -> position(text, text.lastIndexOf(arguments.text(0, "sub")));
      case "index" -> {
        if (!text.contains(arguments.text(0, "sub"))) {
          throw new JinjaException("the text was not found");
        }
        yield position(text, text.indexOf(arguments.text(0, "sub")));
      }
      case "count" -> occurrences(text, arguments.text(0, "sub"));
      case "isdigit" -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
      case "isalnum" -> !text.isEmpty() && text.codePoints().allMatch(Character::isLetterOrDigit);
      case "isalpha" -> !text.isEmpty() && text.codePoints().allMatch(Character::isLetter);
      case "isspace" -> !text.isEmpty() && Text.stripEnd(text).isEmpty();
      case "isupper" ->
          text.equals(text.toUpperCase(Locale.ROOT)) && !text.equals(text.toLowerCase(Locale.ROOT));
      case "islower" ->
          text.equals(text.toLowerCase(Locale.ROOT)) && !text.equals(text.toUpperCase(Locale.ROOT));
      default -> throw new JinjaException("a string has no method '" + name + "'");
    };
  }

  private static Object position(String text, int index) {
    return index < 0 ? -1L : (long) text.codePointCount(0, index);
  }

  private static Arguments separator(String text) {
    return new Arguments(List.of(text), Map.of());
  }

  private static long occurrences(String text, String part) {
    if (part.isEmpty()) {
      return Text.length(text) + 1L;
    }
    long count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  private static Object affix(String text, boolean start, Arguments arguments) {
    Object wanted = arguments.required(0, "affix");
    for (Object affix : wanted instanceof List<?> list ? list : List.of(Text.of(wanted))) {
      if (start ? text.startsWith(Text.of(affix)) : text.endsWith(Text.of(affix))) {
        return true;
      }
    }
    return false;
  }

  private static String replace(Run run, String text, Arguments arguments) {
    String old = arguments.text(0, "old");
    String by = arguments.text(1, "new");
    Object limit = arguments.get(2, "count", null);
    long count =
        limit == null || Values.integer(limit) < 0 ? Long.MAX_VALUE : Values.integer(limit);
    run.created(Math.min(count, occurrences(text, old)) * by.length());
    if (count == Long.MAX_VALUE) {
      return text.replace(old, by);
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (long done = 0; done < count; done++) {
      int at = text.indexOf(old, from);
      if (at < 0 || old.isEmpty()) {
        break;
      }
      out.append(text, from, at).append(by);
      from = at + old.length();
    }
    return out.append(text, from, text.length()).toString();
  }

  private static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String title(String text) {
    StringBuilder out = new StringBuilder();
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return out.toString();
  }

  /// `str.format` with `{}`, `{0}` and `{name}`, without conversions and widths.
  private static String format(Run run, String text, Arguments arguments) {
    StringBuilder out = new StringBuilder();
    int next = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean doubled = i + 1 < text.length() && text.charAt(i + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        out.append(c);
        i++;
      } else if (c == '{') {
        int end = text.indexOf('}', i);
        String field = end < 0 ? ":" : text.substring(i + 1, end);
        if (field.indexOf(':') >= 0 || field.indexOf('!') >= 0 || field.indexOf('.') >= 0) {
          throw new JinjaException("format: only {}, {0} and {name} are supported");
        }
        boolean counted = field.isEmpty();
        boolean indexed = counted || Character.isDigit(field.charAt(0));
        int index = counted ? next++ : indexed ? Values.index(toLong(field)) : Integer.MAX_VALUE;
        String value = run.text(arguments.required(index, field));
        run.created(value.length());
        out.append(value);
        i = end;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static Object toLong(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new JinjaException("format: '" + digits + "' is no index");
    }
  }
}
