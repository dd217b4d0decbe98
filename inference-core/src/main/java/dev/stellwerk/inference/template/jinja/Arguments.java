package dev.stellwerk.inference.template.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a call was given.
record Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /// The argument at `index` or called `name`, or a default.
  @Nullable Object get(int index, String name, @Nullable Object otherwise) {
    if (index < positional.size()) {
      return positional.get(index);
    }
    return named.containsKey(name) ? named.get(name) : otherwise;
  }

  boolean has(int index, String name) {
    return index < positional.size() || named.containsKey(name);
  }

  @Nullable Object required(int index, String name) {
    if (!has(index, name)) {
      throw new JinjaException("the argument '" + name + "' is missing");
    }
    return get(index, name, null);
  }

  String text(int index, String name) {
    if (required(index, name) instanceof String text) {
      return text;
    }
    throw new JinjaException("the argument '" + name + "' must be a string");
  }

  /// A string, or null where none or None is given.
  @Nullable String textOrNull(int index, String name) {
    return get(index, name, null) == null ? null : text(index, name);
  }
}
