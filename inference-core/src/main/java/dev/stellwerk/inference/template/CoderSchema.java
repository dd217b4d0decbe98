package dev.stellwerk.inference.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.constraint.UnsupportedSchemaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A function's parameters as Qwen3-Coder writes them: one tag a parameter, in the schema's order,
/// so that the schema's root must be a plain object.
///
/// @param required whether the parameter must be written
record CoderSchema(String name, JsonNode schema, boolean required) {
  /// What ends a raw value; a value cannot hold it.
  static final String CLOSING = "\n</parameter>";

  /// What stands behind a value.
  static final String VALUE_END = CLOSING + "\n";

  private static final Set<String> ROOT_KEYWORDS =
      Set.of(
          "type",
          "properties",
          "required",
          "additionalProperties",
          "$defs",
          "definitions",
          "$schema",
          "$id",
          "$comment",
          "title",
          "description",
          "examples",
          "default",
          "deprecated",
          "readOnly",
          "writeOnly",
          "strict",
          "x-order");

  /// Keywords that a raw value could break. Where one is present the value is written as JSON.
  private static final Set<String> STRING_KEYWORDS =
      Set.of(
          "minLength",
          "maxLength",
          "pattern",
          "format",
          "anyOf",
          "oneOf",
          "allOf",
          "not",
          "$ref",
          "$dynamicRef",
          "if",
          "then",
          "else");

  /// @throws UnsupportedSchemaException when a function cannot be called this way
  static List<CoderSchema> of(Function function) {
    JsonNode root = function.schema();
    for (var field : root.properties()) {
      if (!ROOT_KEYWORDS.contains(field.getKey()) && !field.getKey().startsWith("x-")) {
        throw refuse(function, field.getKey(), "/" + field.getKey());
      }
    }
    List<String> required = new ArrayList<>();
    root.path("required").forEach(name -> required.add(name.asText()));
    List<CoderSchema> all = new ArrayList<>();
    for (var field : root.path("properties").properties()) {
      String name = field.getKey();
      if (name.isEmpty() || name.chars().anyMatch(c -> c == '>' || c == '<' || c < ' ')) {
        throw refuse(function, "properties", "/properties/" + name);
      }
      JsonNode schema = standalone(function, field.getValue());
      all.add(new CoderSchema(name, schema, required.remove(name)));
    }
    if (!required.isEmpty()) {
      throw refuse(function, "required", "/required");
    }
    return all;
  }

  /// Whether the value is a string that is written as it is.
  boolean isRaw() {
    boolean string =
        schema.path("type").asText().equals("string") || (!schema.has("type") && listsTexts());
    return string
        && STRING_KEYWORDS.stream().noneMatch(schema::has)
        && texts()
            .map(texts -> texts.stream().noneMatch(t -> t.contains(CLOSING.strip())))
            .orElse(true);
  }

  private boolean listsTexts() {
    JsonNode listed = listed();
    boolean all = !listed.isEmpty();
    for (JsonNode value : listed) {
      all &= value.isTextual();
    }
    return all;
  }

  private JsonNode listed() {
    return schema.has("const")
        ? JsonNodeFactory.instance.arrayNode().add(schema.get("const"))
        : schema.path("enum");
  }

  /// The values of a raw parameter where they are listed.
  Optional<List<String>> texts() {
    if (listed().isMissingNode()) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    listed()
        .forEach(
            value -> {
              if (value.isTextual()) {
                texts.add(value.textValue());
              }
            });
    return Optional.of(texts);
  }

  /// A parameter's schema on its own: with the definitions that it may refer to.
  private static JsonNode standalone(Function function, JsonNode schema) {
    if (!(schema instanceof ObjectNode object) || !refers(schema)) {
      return schema;
    }
    ObjectNode alone = object.deepCopy();
    for (String definitions : List.of("$defs", "definitions")) {
      if (function.schema().has(definitions)) {
        alone.set(definitions, function.schema().get(definitions));
      }
    }
    for (JsonNode reference : alone.findValues("$ref")) {
      String to = reference.asText();
      if (!to.startsWith("#/$defs/") && !to.startsWith("#/definitions/")) {
        throw refuse(function, "$ref", "/properties");
      }
    }
    return alone;
  }

  private static boolean refers(JsonNode schema) {
    return schema.findValue("$ref") != null;
  }

  private static UnsupportedSchemaException refuse(Function function, String keyword, String at) {
    return new UnsupportedSchemaException(keyword, at, "not supported in this model's tool calls")
        .of("function '" + function.name() + "'");
  }
}
