package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Shape.Refusal;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/// The keywords that restrict instances and are not enforced. A schema that uses one where it could
/// matter is refused; every other unknown keyword is an annotation, as the specification says.
final class Refusals {
  private record Rule(int types, Predicate<JsonNode> harmless) {}

  private static final Map<String, Rule> RULES = new LinkedHashMap<>();

  static {
    Predicate<JsonNode> never = value -> false;
    Predicate<JsonNode> allowing = value -> value.isBoolean() && value.booleanValue();
    rule("$dynamicRef", Shape.ANY, never);
    rule("$recursiveRef", Shape.ANY, never);
    rule("uniqueItems", Shape.ARRAY, value -> !value.asBoolean(false));
    rule("contains", Shape.ARRAY, never);
    rule("unevaluatedItems", Shape.ARRAY, allowing);
    rule("unevaluatedProperties", Shape.OBJECT, allowing);
  }

  private Refusals() {}

  private static void rule(String keyword, int types, Predicate<JsonNode> harmless) {
    RULES.put(keyword, new Rule(types, harmless));
  }

  static void read(Shape shape, SchemaAt at) {
    JsonNode schema = at.schema();
    RULES.forEach(
        (keyword, rule) -> {
          JsonNode value = schema.get(keyword);
          if (value != null && !rule.harmless.test(value)) {
            add(shape, rule.types, keyword, at);
          }
        });
  }

  private static void add(Shape shape, int types, String keyword, SchemaAt at) {
    shape.refusals.add(new Refusal(types, SchemaReader.refuse(keyword, at, "not supported")));
  }
}
