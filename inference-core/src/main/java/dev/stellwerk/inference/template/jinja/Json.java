package dev.stellwerk.inference.template.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `json.dumps` as Hugging Face's `tojson` calls it: not ASCII only, and nothing escaped for HTML.
final class Json {
  private static final int NESTING_MAX = 100;

  private final Run run;
  private final StringBuilder out = new StringBuilder();
  private final String comma;
  private final String colon;
  private final boolean ascii;
  private final boolean sorted;
  private final int indent; // -1 for one line

  private Json(Run run, String comma, String colon, int indent, boolean ascii, boolean sorted) {
    this.run = run;
    this.comma = comma;
    this.colon = colon;
    this.indent = indent;
    this.ascii = ascii;
    this.sorted = sorted;
  }

  /// @param options `ensure_ascii`, `indent`, `separators`, `sort_keys`, in this order
  static String write(Run run, @Nullable Object value, Arguments options) {
    Object indent = options.get(1, "indent", null);
    int width = indent == null ? -1 : (int) Values.integer(indent);
    String comma = width < 0 ? ", " : ",";
    String colon = ": ";
    if (options.get(2, "separators", null) instanceof List<?> pair && pair.size() == 2) {
      comma = Text.of(pair.get(0));
      colon = Text.of(pair.get(1));
    }
    boolean ascii = Values.truthy(options.get(0, "ensure_ascii", false));
    boolean sorted = Values.truthy(options.get(3, "sort_keys", false));
    Json json = new Json(run, comma, colon, width, ascii, sorted);
    json.value(value, 0);
    return json.out.toString();
  }

  private void value(@Nullable Object value, int depth) {
    if (depth > NESTING_MAX) {
      throw new JinjaException("a value is nested too deeply for tojson");
    }
    int before = out.length();
    if (value == null) {
      out.append("null");
    } else if (value instanceof String text) {
      string(text);
    } else if (value instanceof Double number) {
      out.append(number(number));
    } else if (value instanceof Boolean || value instanceof Number) {
      out.append(value);
    } else if (value instanceof List<?> list) {
      list(list, depth);
    } else if (value instanceof Map<?, ?> map) {
      map(map, depth);
    } else {
      throw new JinjaException("tojson cannot write " + Values.type(value));
    }
    run.created(out.length() - before);
  }

  private static String number(double value) {
    if (Double.isFinite(value)) {
      return Text.number(value);
    }
    return Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  }

  private void list(List<?> list, int depth) {
    out.append('[');
    boolean first = true;
    for (Object item : list) {
      separate(first, depth + 1);
      first = false;
      value(item, depth + 1);
    }
    close(first, depth, ']');
  }

  private void map(Map<?, ?> map, int depth) {
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sorted) {
      entries.sort(Comparator.comparing(entry -> Text.of(entry.getKey())));
    }
    out.append('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : entries) {
      separate(first, depth + 1);
      first = false;
      string(Text.of(entry.getKey()));
      out.append(colon);
      value(entry.getValue(), depth + 1);
    }
    close(first, depth, '}');
  }

  private void separate(boolean first, int depth) {
    out.append(first ? "" : comma);
    lineBreak(depth);
  }

  private void close(boolean empty, int depth, char bracket) {
    if (!empty) {
      lineBreak(depth);
    }
    out.append(bracket);
  }

  private void lineBreak(int depth) {
    if (indent >= 0) {
      run.created((long) indent * depth);
      out.append('\n').repeat(' ', indent * depth);
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || (ascii && c > 0x7E)) {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
              out.append(Character.forDigit((c >> shift) & 0xF, 16));
            }
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
