package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.SplittableRandom;

/// Random schemas of the supported subset. Some admit nothing.
final class RandomSchemas {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> NAMES =
      List.of("a", "ab", "name", "na", "id", "x\"y", "é", "日本", "tab\t", "items", "\u0001");

  private static final List<String> PATTERNS =
      List.of(
          "^[a-z]+$",
          "^\\d{1,4}-\\w*$",
          "a",
          "^(ab|é)",
          "[^a-c]$",
          "^.{0,3}$",
          "^\\S+\\s\\S+$",
          "^a|b$",
          "^0x[a-fA-F0-9]{2,}$",
          "\"",
          "^(日|\\\\|/)*$");

  /// Those that the validator, which asks Java, reads as ECMAScript does.
  private static final List<String> NAME_PATTERNS =
      PATTERNS.stream().filter(one -> !one.matches(".*(\\.|\\\\[sS]|\\[\\^).*")).toList();

  private final SplittableRandom random;

  RandomSchemas(SplittableRandom random) {
    this.random = random;
  }

  /// A schema document: sometimes with definitions that refer to the document.
  JsonNode next() {
    JsonNode schema = schema(3);
    if (schema instanceof ObjectNode object && random.nextInt(4) == 0) {
      ObjectNode definitions = object.putObject("$defs");
      definitions.set("d", schema(1));
    }
    return schema;
  }

  private JsonNode schema(int depth) {
    ObjectNode schema = JSON.objectNode();
    switch (random.nextInt(depth > 0 ? 18 : 7)) {
      case 0 -> string(schema.put("type", "string"));
      case 1 -> numeric(schema.put("type", "integer"), false);
      case 2 -> numeric(schema.put("type", "number"), true);
      case 3 -> schema.put("type", random.nextBoolean() ? "boolean" : "null");
      case 4 -> values(schema.putArray("enum"));
      case 5 -> schema.set("const", value(2));
      case 6 -> {
        schema.putArray("type").add("string").add("null").add("integer");
        string(schema);
      }
      case 7, 8, 9, 10 -> object(schema, depth);
      case 11, 12 -> array(schema, depth);
      case 13 -> opposite(schema, depth);
      case 14 -> condition(schema, depth);
      default -> combined(schema, depth);
    }
    return random.nextInt(40) == 0 ? JSON.booleanNode(random.nextInt(4) > 0) : schema;
  }

  private ObjectNode string(ObjectNode schema) {
    if (random.nextBoolean()) {
      int least = random.nextInt(4);
      schema.put("minLength", least);
      if (random.nextBoolean()) {
        schema.put("maxLength", least + random.nextInt(5));
      }
    }
    if (random.nextInt(4) == 0) {
      schema.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
    }
    if (random.nextInt(4) == 0) {
      schema.put("description", "an annotation").put("format", "x-unknown");
    }
    return schema;
  }

  private void numeric(ObjectNode schema, boolean fractions) {
    String[] low = {"minimum", "exclusiveMinimum"};
    String[] high = {"maximum", "exclusiveMaximum"};
    double scale = fractions ? 8 : 1;
    double from = random.nextInt(-1_000, 1_000) / scale;
    if (random.nextBoolean()) {
      schema.put(low[random.nextInt(2)], from);
    }
    if (random.nextBoolean()) {
      schema.put(high[random.nextInt(2)], from + random.nextInt(300) / scale);
    }
    if (random.nextInt(4) == 0) {
      schema.put("multipleOf", random.nextInt(1, 40) / (fractions ? 4.0 : 1));
    }
  }

  private void values(ArrayNode values) {
    int count = random.nextInt(1, 5);
    for (int i = 0; i < count; i++) {
      values.add(value(1));
    }
  }

  private JsonNode value(int depth) {
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> JSON.textNode(NAMES.get(random.nextInt(NAMES.size())));
      case 1 -> JSON.numberNode(random.nextInt(-20, 200));
      case 2 -> JSON.booleanNode(random.nextBoolean());
      case 3 -> JSON.nullNode();
      case 4 -> JSON.numberNode(random.nextInt(-20, 200) / 4.0);
      case 5 -> JSON.arrayNode().add(value(0)).add(value(0));
      default -> JSON.objectNode().<ObjectNode>set(NAMES.get(random.nextInt(6)), value(0));
    };
  }

  private void object(ObjectNode schema, int depth) {
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = JSON.arrayNode();
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      if (!properties.has(name)) {
        boolean refers = random.nextInt(12) == 0;
        properties.set(name, refers ? JSON.objectNode().put("$ref", "#") : schema(depth - 1));
        if (!refers && random.nextBoolean()) {
          required.add(name);
        }
      }
    }
    if (random.nextInt(12) == 0) {
      required.add("undeclared");
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    switch (random.nextInt(5)) {
      case 0, 1 -> schema.put("additionalProperties", false);
      case 2 -> schema.set("additionalProperties", schema(0));
      default -> {}
    }
    if (random.nextInt(6) == 0) {
      ObjectNode patterns = schema.putObject("patternProperties");
      patterns.set(NAME_PATTERNS.get(random.nextInt(NAME_PATTERNS.size())), schema(0));
      patterns.set(NAME_PATTERNS.get(random.nextInt(NAME_PATTERNS.size())), schema(0));
    }
    if (random.nextInt(6) == 0) {
      schema.put("minProperties", random.nextInt(4));
    }
    if (random.nextInt(6) == 0) {
      schema.put("maxProperties", random.nextInt(1, 5));
    }
    if (random.nextInt(12) == 0) {
      schema.set("propertyNames", string(JSON.objectNode()));
    }
    if (random.nextInt(6) == 0) {
      schema.putObject("dependentRequired").putArray(name()).add(name()).add(name());
    }
    if (random.nextInt(10) == 0) {
      schema.putObject("dependentSchemas").set(name(), schema(0));
    }
  }

  private String name() {
    return NAMES.get(random.nextInt(NAMES.size()));
  }

  private void array(ObjectNode schema, int depth) {
    schema.put("type", "array");
    if (random.nextInt(4) > 0) {
      schema.set("items", schema(depth - 1));
    }
    if (random.nextInt(5) == 0) {
      schema.putArray("prefixItems").add(schema(0)).add(schema(0));
    }
    if (random.nextBoolean()) {
      int least = random.nextInt(3);
      schema.put("minItems", least);
      if (random.nextBoolean()) {
        schema.put("maxItems", least + random.nextInt(3));
      }
    }
  }

  /// Something, and the opposite of something else.
  private void opposite(ObjectNode schema, int depth) {
    if (random.nextBoolean()) {
      object(schema, depth - 1);
    }
    schema.set("not", schema(depth - 1));
  }

  private void condition(ObjectNode schema, int depth) {
    if (random.nextBoolean()) {
      object(schema, depth - 1);
    }
    schema.set("if", schema(depth - 1));
    if (random.nextInt(4) > 0) {
      schema.set("then", schema(depth - 1));
    }
    if (random.nextInt(4) > 0) {
      schema.set("else", schema(depth - 1));
    }
  }

  private void combined(ObjectNode schema, int depth) {
    String keyword = List.of("anyOf", "anyOf", "allOf", "oneOf").get(random.nextInt(4));
    ArrayNode branches = schema.putArray(keyword);
    int count = random.nextInt(1, 4);
    for (int i = 0; i < count; i++) {
      branches.add(schema(depth - 1));
    }
    if (random.nextInt(3) == 0) {
      object(schema, depth - 1);
    }
  }
}
