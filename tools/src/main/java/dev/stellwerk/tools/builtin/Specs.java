package dev.stellwerk.tools.builtin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.tools.Tool;
import java.util.Optional;

/// Builds the specifications of the built-in tools, whose parameters are all texts.
final class Specs {
  /// Replaces what was there, and doing it twice changes nothing more.
  static final Tool.Effects REPLACES = new Tool.Effects(false, true, true, false);

  /// Adds something each time.
  static final Tool.Effects ADDS = new Tool.Effects(false, false, false, false);

  private Specs() {}

  /// A tool with text parameters in this order; `?` after a name makes it optional.
  static Tool.Spec of(String name, String description, Tool.Effects effects, String... parameters) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    var required = JsonNodeFactory.instance.arrayNode();
    for (String parameter : parameters) {
      boolean optional = parameter.endsWith("?");
      String key = optional ? parameter.substring(0, parameter.length() - 1) : parameter;
      properties.putObject(key).put("type", "string");
      if (!optional) {
        required.add(key);
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    schema.put("additionalProperties", false);
    return new Tool.Spec(name, description, schema, Optional.empty(), effects);
  }
}
