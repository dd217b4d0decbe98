package dev.stellwerk.inference.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `<function=NAME><parameter=NAME>VALUE</parameter>...</function>`, with or without line
/// breaks. What an argument's type is, its schema says; of undeclared ones, numbers, truth values,
/// lists and objects are read as JSON and everything else is a string.
final class CoderReader implements CallReader {
  private static final Pattern NAME = Pattern.compile("\\A\\s*<function=([^>\\n]{1,1024}+)>");
  private static final Pattern PARAMETER =
      Pattern.compile("\\G\\s*<parameter=([^>\\n]{1,1024}+)>\\n?");
  private static final Pattern END = Pattern.compile("\\G\\s*(?:</function>\\s*)?\\z");
  private static final String TAG = CoderSchema.CLOSING.strip();
  private static final String OPENING = "<parameter=";

  private final Map<String, Function> functions = new HashMap<>();

  CoderReader(List<Function> functions) {
    functions.forEach(function -> this.functions.put(function.name(), function));
  }

  @Override
  public Optional<String> name(CharSequence text) {
    Matcher matcher = NAME.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  @Override
  public Call read(String text) {
    Matcher header = NAME.matcher(text);
    JsonNode unread = JsonNodeFactory.instance.textNode(text);
    if (!header.find()) {
      return new Call(NO_NAME, unread);
    }
    String name = header.group(1);
    ObjectNode arguments = JsonNodeFactory.instance.objectNode();
    Matcher parameter = PARAMETER.matcher(text);
    int at = header.end();
    while (parameter.find(at)) {
      int from = parameter.end();
      boolean lined = text.charAt(from - 1) == '\n';
      int to = lined ? text.indexOf(CoderSchema.CLOSING, from - 1) : -1;
      int tag = to < 0 ? text.indexOf(TAG, from) : to + 1;
      if (tag < 0) {
        return new Call(name, unread);
      }
      String value = text.substring(from, to < 0 ? tag : Math.max(from, to));
      arguments.set(parameter.group(1), value(name, parameter.group(1), value));
      at = tag + TAG.length();
    }
    return END.matcher(text).find(at) ? new Call(name, arguments) : new Call(name, unread);
  }

  private JsonNode value(String function, String parameter, String text) {
    Function known = functions.get(function);
    JsonNode schema =
        known == null
            ? JsonNodeFactory.instance.missingNode()
            : known.schema().path("properties").path(parameter);
    if (new CoderSchema(parameter, schema, false).isRaw()) {
      return JsonNodeFactory.instance.textNode(text);
    }
    Optional<JsonNode> read = text.isBlank() ? Optional.empty() : WrittenJson.read(text.strip());
    boolean declared = !schema.isMissingNode();
    boolean string = schema.path("type").asText().equals("string");
    return read.filter(value -> value.isTextual() ? declared : !string)
        .orElseGet(() -> JsonNodeFactory.instance.textNode(text));
  }

  @Override
  public Extent extent() {
    return new Outside();
  }

  /// Outside of a parameter's value, which ends only at its own tag.
  private static final class Outside implements Extent {
    private enum In {
      NOTHING,
      NAME,
      /// Behind the name; a line break tells that the value stands on lines of its own.
      VALUE_BEGIN,
      LINES,
      INLINE
    }

    private In in = In.NOTHING;
    private int next;

    @Override
    public boolean mayEnd(CharSequence text, int at) {
      for (; next < at; next++) {
        in = behind(text, text.charAt(next));
      }
      return in == In.NOTHING;
    }

    /// Behind the character at `next`.
    private In behind(CharSequence text, char c) {
      return switch (in) {
        case NOTHING -> ends(text, OPENING) ? In.NAME : In.NOTHING;
        case NAME -> c == '>' ? In.VALUE_BEGIN : In.NAME;
        case VALUE_BEGIN -> c == '\n' ? In.LINES : In.INLINE;
        case LINES -> ends(text, CoderSchema.CLOSING) ? In.NOTHING : In.LINES;
        case INLINE -> ends(text, TAG) ? In.NOTHING : In.INLINE;
      };
    }

    /// Whether a tag's last character is the one at `next`.
    private boolean ends(CharSequence text, String tag) {
      int from = next + 1 - tag.length();
      boolean same = from >= 0;
      for (int i = tag.length() - 1; same && i >= 0; i--) {
        same = text.charAt(from + i) == tag.charAt(i);
      }
      return same;
    }
  }
}
