package dev.stellwerk.runtime.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.Function;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Checks arguments with a validator that shares nothing with the grammar which produced them.
final class SchemaCheck {
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<JsonNode, Schema> compiled = new HashMap<>();

  boolean valid(List<Function> functions, FunctionCall call) {
    return functions.stream()
        .filter(function -> function.name().equals(call.name()))
        .findFirst()
        .map(
            function ->
                compiled
                    .computeIfAbsent(function.schema(), registry::getSchema)
                    .validate(call.arguments())
                    .isEmpty())
        .orElse(false);
  }
}
