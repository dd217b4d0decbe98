package dev.stellwerk.inference.template.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The filters, as in `value | filter`.
final class Filters {
  private Filters() {}

  static @Nullable Object apply(Run run, String name, @Nullable Object value, Arguments arguments) {
    return switch (name) {
      case "tojson" -> Json.write(run, value, arguments);
      case "default", "d" -> otherwise(value, arguments);
      case "string" -> run.text(value);
      case "safe" -> new Safe(run.text(value));
      case "escape", "e" -> new Safe(Safe.escape(run.text(value)));
      case "from_json" -> FromJson.read(run, run.text(value));
      case "length", "count" -> length(value);
      case "trim" -> Text.strip(run.text(value), arguments.textOrNull(0, "chars"), true, true);
      case "lower" -> run.text(value).toLowerCase(Locale.ROOT);
      case "upper" -> run.text(value).toUpperCase(Locale.ROOT);
      case "capitalize", "title", "replace" -> Methods.call(run, run.text(value), name, arguments);
      case "indent" -> indent(run, run.text(value), arguments);
      case "int" -> toInteger(value, arguments);
      case "float" -> toFloat(run, value);
      case "round" -> Numbers.round(value, arguments);
      case "wordcount" -> (long) Splitting.split(run, run.text(value), Arguments.NONE).size();
      case "center" -> Padding.pad(run, run.text(value), name, arguments);
      case "abs" ->
          value instanceof Double number
              ? (Object) Math.abs(number)
              : (Object) Math.absExact(Values.integer(value));
      default -> ofSequence(run, name, value, arguments);
    };
  }

  private static @Nullable Object ofSequence(
      Run run, String name, @Nullable Object value, Arguments arguments) {
    return switch (name) {
      case "list" -> Values.items(run, value);
      case "items" ->
          value instanceof Undefined ? List.of() : Methods.call(run, value, "items", arguments);
      case "first" -> end(Values.items(run, value), true);
      case "last" -> end(Values.items(run, value), false);
      case "reverse" -> reverse(run, value);
      case "join" -> join(run, value, arguments);
      case "unique" -> unique(run, Values.items(run, value));
      case "sort" -> sort(run, value, arguments);
      case "dictsort" -> dictsort(run, value, arguments);
      case "min", "max" -> extreme(Values.items(run, value), name.equals("max"));
      case "sum" -> sum(run, Values.items(run, value), arguments);
      case "batch" -> batch(run, value, arguments);
      case "attr" -> Values.attribute(value, arguments.text(0, "name"));
      case "map" -> map(run, value, arguments);
      case "select" -> select(run, value, arguments, false, true);
      case "reject" -> select(run, value, arguments, false, false);
      case "selectattr" -> select(run, value, arguments, true, true);
      case "rejectattr" -> select(run, value, arguments, true, false);
      default -> throw new JinjaException("there is no filter '" + name + "'");
    };
  }

  private static @Nullable Object otherwise(@Nullable Object value, Arguments arguments) {
    boolean boolish = Values.truthy(arguments.get(1, "boolean", false));
    boolean absent = value instanceof Undefined || (boolish && !Values.truthy(value));
    return absent ? arguments.get(0, "default_value", "") : value;
  }

  private static Object length(@Nullable Object value) {
    if (value instanceof String text) {
      return (long) Text.length(text);
    }
    if (value instanceof List<?> list) {
      return (long) list.size();
    }
    if (value instanceof Map<?, ?> map) {
      return (long) map.size();
    }
    if (value instanceof Undefined) {
      return 0L;
    }
    throw new JinjaException(Values.type(value) + " has no length");
  }

  private static String indent(Run run, String text, Arguments arguments) {
    Object given = arguments.get(0, "width", 4L);
    run.created(given instanceof Long width ? Math.max(0, width) : 0);
    String margin =
        given instanceof String string ? string : " ".repeat(Math.max(0, Values.index(given)));
    boolean first = Values.truthy(arguments.get(1, "first", false));
    boolean blank = Values.truthy(arguments.get(2, "blank", false));
    StringBuilder out = new StringBuilder();
    int line = 0;
    for (int from = 0; from <= text.length(); line++) {
      int end = text.indexOf('\n', from);
      end = end < 0 ? text.length() : end;
      boolean indented = line == 0 ? first : blank || end > from;
      run.created(margin.length() + (long) end - from);
      out.append(line == 0 ? "" : "\n").append(indented ? margin : "").append(text, from, end);
      from = end + 1;
    }
    return out.toString();
  }

  private static @Nullable Object toInteger(@Nullable Object value, Arguments arguments) {
    if (value instanceof Double number) {
      return (long) number.doubleValue();
    }
    if (!(value instanceof String text)) {
      return value instanceof Long || value instanceof Boolean
          ? (Object) Values.integer(value)
          : arguments.get(0, "default", 0L);
    }
    try {
      return Long.parseLong(Text.strip(text, null, true, true));
    } catch (NumberFormatException e) {
      Double number = parse(text);
      return number == null ? arguments.get(0, "default", 0L) : (Object) (long) (double) number;
    }
  }

  private static Object toFloat(Run run, @Nullable Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    Double number = parse(run.text(value));
    return number == null ? 0.0 : number;
  }

  private static @Nullable Double parse(String text) {
    try {
      return Double.valueOf(Text.strip(text, null, true, true));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Object end(List<@Nullable Object> items, boolean first) {
    if (items.isEmpty()) {
      return new Undefined(first ? "first" : "last");
    }
    return first ? items.getFirst() : items.getLast();
  }

  private static Object reverse(Run run, @Nullable Object value) {
    List<@Nullable Object> items = Values.items(run, value);
    Collections.reverse(items);
    if (!(value instanceof String)) {
      return items;
    }
    StringBuilder text = new StringBuilder();
    items.forEach(text::append);
    return text.toString();
  }

  private static String join(Run run, @Nullable Object value, Arguments arguments) {
    String separator = Text.of(arguments.get(0, "d", ""));
    Object attribute = arguments.get(1, "attribute", null);
    StringBuilder out = new StringBuilder();
    boolean first = true;
    for (Object item : Values.items(run, value)) {
      String text = run.text(attribute == null ? item : path(item, attribute));
      run.created(text.length() + (long) separator.length());
      out.append(first ? "" : separator).append(text);
      first = false;
    }
    return out.toString();
  }

  private static Object unique(Run run, List<@Nullable Object> items) {
    List<@Nullable Object> kept = new ArrayList<>();
    for (Object item : items) {
      run.createdItems(kept.size());
      if (!Values.contains(kept, item)) {
        kept.add(item);
      }
    }
    return kept;
  }

  private static Object sort(Run run, @Nullable Object value, Arguments arguments) {
    List<@Nullable Object> items = Values.items(run, value);
    Object attribute = arguments.get(2, "attribute", null);
    boolean caseful = Values.truthy(arguments.get(1, "case_sensitive", false));
    Comparator<@Nullable Object> order =
        (a, b) ->
            Values.compare(
                key(attribute == null ? a : path(a, attribute), caseful),
                key(attribute == null ? b : path(b, attribute), caseful));
    boolean reverse = Values.truthy(arguments.get(0, "reverse", false));
    items.sort(reverse ? order.reversed() : order);
    return items;
  }

  private static Object dictsort(Run run, @Nullable Object value, Arguments arguments) {
    if (!(Methods.call(run, value, "items", arguments) instanceof List<?> pairs)) {
      throw new JinjaException("dictsort wants a mapping");
    }
    List<@Nullable Object> items = new ArrayList<>(pairs);
    items.sort(
        (a, b) -> Values.compare(key(Values.item(a, 0L), false), key(Values.item(b, 0L), false)));
    return items;
  }

  private static @Nullable Object key(@Nullable Object value, boolean caseful) {
    return value instanceof String text && !caseful ? text.toLowerCase(Locale.ROOT) : value;
  }

  private static @Nullable Object extreme(List<@Nullable Object> items, boolean max) {
    Object best = end(items, true);
    for (Object item : items) {
      int order = Values.compare(key(item, false), key(best, false));
      if (max ? order > 0 : order < 0) {
        best = item;
      }
    }
    return best;
  }

  private static @Nullable Object sum(Run run, List<@Nullable Object> items, Arguments arguments) {
    Object attribute = arguments.get(0, "attribute", null);
    Object total = arguments.get(1, "start", 0L);
    for (Object item : items) {
      total = Operators.apply(run, "+", total, attribute == null ? item : path(item, attribute));
    }
    return total;
  }

  /// Rows of so many items; the last is filled up where a filler is given.
  private static Object batch(Run run, @Nullable Object value, Arguments arguments) {
    int size = Math.max(1, Values.index(arguments.required(0, "linecount")));
    Object filler = arguments.get(1, "fill_with", null);
    List<@Nullable Object> rows = new ArrayList<>();
    List<@Nullable Object> row = new ArrayList<>();
    for (Object item : Values.items(run, value)) {
      if (row.isEmpty()) {
        rows.add(row);
      }
      row.add(item);
      row = row.size() == size ? new ArrayList<>() : row;
    }
    if (filler != null && !row.isEmpty()) {
      run.createdItems(size);
      while (row.size() < size) {
        row.add(filler);
      }
    }
    return rows;
  }

  /// jinja2's generators do not look into what is empty, be it None.
  private static List<@Nullable Object> lazily(Run run, @Nullable Object value) {
    return Values.truthy(value) ? Values.items(run, value) : List.of();
  }

  private static Object map(Run run, @Nullable Object value, Arguments arguments) {
    Object attribute = arguments.named().get("attribute");
    List<@Nullable Object> mapped = new ArrayList<>();
    for (Object item : lazily(run, value)) {
      if (attribute == null) {
        mapped.add(apply(run, arguments.text(0, "filter"), item, rest(arguments, 1)));
        continue;
      }
      Object found = path(item, attribute);
      mapped.add(
          found instanceof Undefined && arguments.named().containsKey("default")
              ? arguments.named().get("default")
              : found);
    }
    return mapped;
  }

  private static Object select(
      Run run, @Nullable Object value, Arguments arguments, boolean attribute, boolean keep) {
    int skip = attribute ? 1 : 0;
    List<@Nullable Object> kept = new ArrayList<>();
    for (Object item : lazily(run, value)) {
      Object tested = attribute ? path(item, arguments.required(0, "attribute")) : item;
      boolean holds =
          arguments.positional().size() <= skip
              ? Values.truthy(tested)
              : Tests.apply(arguments.text(skip, "test"), tested, rest(arguments, skip + 1));
      if (holds == keep) {
        kept.add(item);
      }
    }
    return kept;
  }

  private static Arguments rest(Arguments arguments, int from) {
    List<@Nullable Object> all = arguments.positional();
    return new Arguments(all.subList(Math.min(from, all.size()), all.size()), arguments.named());
  }

  /// An attribute by a path such as `function.name` or an index.
  private static @Nullable Object path(@Nullable Object item, @Nullable Object path) {
    if (!(path instanceof String names)) {
      return Values.item(item, path);
    }
    Object found = item;
    for (int from = 0; from <= names.length(); ) {
      int dot = names.indexOf('.', from);
      int end = dot < 0 ? names.length() : dot;
      found = Values.item(found, names.substring(from, end));
      from = end + 1;
    }
    return found;
  }
}
