package dev.stellwerk.inference.template;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;

/// A function that the model may call.
///
/// @param schema JSON Schema of the arguments, an object schema
public record Function(String name, String description, JsonNode schema) {
  public Function {
    requireNonNull(name, "name");
    requireNonNull(description, "description");
    requireNonNull(schema, "schema");
  }
}
