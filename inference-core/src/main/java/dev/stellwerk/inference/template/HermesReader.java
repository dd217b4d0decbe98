package dev.stellwerk.inference.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `{"name": NAME, "arguments": {...}}`; `parameters` for `arguments` is tolerated, and so is
/// an object that was itself written as a JSON string.
final class HermesReader implements CallReader {
  private static final Pattern NAME =
      Pattern.compile("\\A\\s*\\{\\s*\"name\"\\s*:\\s*(\"(?:[^\"\\\\]|\\\\.){1,1024}+\")");

  @Override
  public Optional<String> name(CharSequence text) {
    Matcher matcher = NAME.matcher(text);
    return matcher.find()
        ? WrittenJson.read(matcher.group(1)).map(JsonNode::asText)
        : Optional.empty();
  }

  @Override
  public Call read(String text) {
    Optional<JsonNode> call = text.isBlank() ? Optional.empty() : WrittenJson.read(text);
    JsonNode name = call.map(read -> read.path("name")).orElse(null);
    if (call.isEmpty() || name == null || !name.isTextual()) {
      return new Call(name(text).orElse(NO_NAME), JsonNodeFactory.instance.textNode(text));
    }
    JsonNode arguments = call.get().path("arguments");
    if (arguments.isMissingNode()) {
      arguments = call.get().path("parameters");
    }
    if (arguments.isMissingNode() || arguments.isNull()) {
      return new Call(name.textValue(), JsonNodeFactory.instance.objectNode());
    }
    JsonNode read =
        arguments.isTextual() ? WrittenJson.arguments(arguments.textValue()) : arguments;
    return new Call(name.textValue(), read);
  }

  @Override
  public Extent extent() {
    return new Json();
  }

  /// Outside of strings and brackets.
  private static final class Json implements Extent {
    private int next;
    private int depth;
    private boolean quoted;
    private boolean escaped;

    @Override
    public boolean mayEnd(CharSequence text, int at) {
      for (; next < at; next++) {
        char c = text.charAt(next);
        if (quoted) {
          quoted = escaped || c != '"';
          escaped = !escaped && c == '\\';
        } else if (c == '"') {
          quoted = depth > 0;
        } else if (c == '{' || c == '[') {
          depth++;
        } else if (c == '}' || c == ']') {
          depth--;
        }
      }
      return depth <= 0 && !quoted;
    }
  }
}
