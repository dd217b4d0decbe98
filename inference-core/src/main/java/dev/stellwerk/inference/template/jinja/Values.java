package dev.stellwerk.inference.template.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What Python does with values: truth, equality, order, items, attributes.
final class Values {
  private static final int NESTING_MAX = 100;

  private Values() {}

  static boolean truthy(@Nullable Object value) {
    if (value == null || value instanceof Undefined) {
      return false;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof Safe safe) {
      return !safe.text().isEmpty();
    }
    if (value instanceof List<?> list) {
      return !list.isEmpty();
    }
    return !(value instanceof Map<?, ?> map) || !map.isEmpty();
  }

  /// A name for messages.
  static String type(@Nullable Object value) {
    if (value == null) {
      return "none";
    }
    if (value instanceof Undefined undefined) {
      return "'" + undefined.name() + "', which is undefined";
    }
    if (value instanceof String) {
      return "a string";
    }
    if (value instanceof Boolean) {
      return "a boolean";
    }
    if (value instanceof Number) {
      return "a number";
    }
    if (value instanceof List) {
      return "a list";
    }
    return value instanceof Map ? "a mapping" : "an object";
  }

  static long integer(@Nullable Object value) {
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    throw new JinjaException("expected an integer, got " + type(value));
  }

  /// An index or a count: an integer that fits.
  static int index(@Nullable Object value) {
    return Math.clamp(integer(value), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /// Booleans are the integers 0 and 1 where Python lets them be.
  private static @Nullable Object plain(@Nullable Object value) {
    return value instanceof Boolean flag ? (Long) (flag ? 1L : 0L) : value;
  }

  static boolean equal(@Nullable Object left, @Nullable Object right) {
    boolean nested = left instanceof List || left instanceof Map;
    return equal(left, right, 0, nested ? new Comparisons() : null);
  }

  /// How many values a comparison has looked at: lists that hold one list many times are small in
  /// memory and endless to compare.
  private static final class Comparisons {
    static final int MAX = 1 << 20;
    int count;
  }

  private static boolean equal(
      @Nullable Object left, @Nullable Object right, int depth, @Nullable Comparisons made) {
    if (depth > NESTING_MAX || (made != null && ++made.count > Comparisons.MAX)) {
      throw new JinjaException("values are nested too deeply to compare");
    }
    Object a = plain(left);
    Object b = plain(right);
    if (a instanceof Undefined) {
      return b instanceof Undefined;
    }
    if (a instanceof Number x && b instanceof Number y && a.getClass() != b.getClass()) {
      return x.doubleValue() == y.doubleValue();
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      boolean same = x.size() == y.size();
      for (int i = 0; same && i < x.size(); i++) {
        same = equal(x.get(i), y.get(i), depth + 1, made);
      }
      return same;
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      boolean same = x.size() == y.size();
      for (Map.Entry<?, ?> entry : x.entrySet()) {
        Object key = entry.getKey();
        same = same && y.containsKey(key) && equal(entry.getValue(), y.get(key), depth + 1, made);
      }
      return same;
    }
    return Objects.equals(a, b);
  }

  /// A value that may be a key: Python's lists and mappings may not.
  static @Nullable Object key(@Nullable Object value) {
    if (value instanceof List || value instanceof Map) {
      throw new JinjaException(type(value) + " cannot be a key");
    }
    return value;
  }

  static int compare(@Nullable Object left, @Nullable Object right) {
    Object a = plain(left);
    Object b = plain(right);
    if (a instanceof String x && b instanceof String y) {
      return x.compareTo(y);
    }
    if (a instanceof Long x && b instanceof Long y) {
      return x.compareTo(y);
    }
    if (a instanceof Number x && b instanceof Number y) {
      return Double.compare(x.doubleValue(), y.doubleValue());
    }
    throw new JinjaException("cannot order " + type(left) + " and " + type(right));
  }

  static boolean contains(@Nullable Object container, @Nullable Object item) {
    if (container instanceof String text) {
      if (item instanceof String part) {
        return text.contains(part);
      }
      throw new JinjaException("cannot look for " + type(item) + " in a string");
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(key(item));
    }
    if (container instanceof List<?> list) {
      for (Object element : list) {
        if (equal(element, item)) {
          return true;
        }
      }
      return false;
    }
    if (container instanceof Undefined) {
      return false;
    }
    throw new JinjaException("cannot look into " + type(container));
  }

  /// What a loop over the value visits.
  static List<@Nullable Object> items(Run run, @Nullable Object value) {
    List<@Nullable Object> items = new ArrayList<>();
    if (value instanceof String text) {
      run.createdItems(text.length());
      text.codePoints().forEach(codePoint -> items.add(Character.toString(codePoint)));
    } else if (value instanceof List<?> list) {
      run.createdItems(list.size());
      items.addAll(list);
    } else if (value instanceof Map<?, ?> map) {
      run.createdItems(map.size());
      items.addAll(map.keySet());
    } else if (!(value instanceof Undefined)) {
      throw new JinjaException("cannot iterate over " + type(value));
    }
    return items;
  }

  /// `value.name`: an attribute, then an item.
  static @Nullable Object attribute(@Nullable Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw new JinjaException("'" + undefined.name() + "' is undefined");
    }
    if (value instanceof Attributes object) {
      return object.attribute(name);
    }
    if (Methods.has(value, name)) {
      return new Methods.Bound(value, name);
    }
    if (value instanceof Map<?, ?> map && map.containsKey(name)) {
      return map.get(name);
    }
    return new Undefined(name);
  }

  /// `value[key]`: an item, then an attribute.
  static @Nullable Object item(@Nullable Object value, @Nullable Object key) {
    if (value instanceof Map<?, ?> map && map.containsKey(key(key))) {
      return map.get(key);
    }
    if (key instanceof String name) {
      return attribute(value, name);
    }
    if (value instanceof Undefined undefined) {
      throw new JinjaException("'" + undefined.name() + "' is undefined");
    }
    if (key instanceof Long number) {
      int length =
          value instanceof List<?> list
              ? list.size()
              : value instanceof String text ? Text.length(text) : 0;
      long index = number < 0 ? number + length : number;
      if (index >= 0 && index < length) {
        return value instanceof List<?> list
            ? list.get((int) index)
            : Text.at(Text.of(value), (int) index);
      }
    }
    return new Undefined(Text.of(key));
  }

  /// A value with attributes of its own: `loop`, a namespace.
  interface Attributes {
    @Nullable Object attribute(String name);
  }
}
