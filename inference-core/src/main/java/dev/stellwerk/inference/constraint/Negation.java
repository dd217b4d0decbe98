package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Rewrites a schema into one that admits exactly what the schema does not: a choice of the
/// opposites of its keywords, one level at a time, so that a schema that refers to itself is no
/// trouble. Where a keyword's opposite cannot be said, that choice is a refusal.
final class Negation {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Set<String> REMARKS =
      Set.of("title", "description", "default", "examples", "$comment", "deprecated");

  private final SchemaReferences references;
  private final IdentityHashMap<JsonNode, JsonNode> known = new IdentityHashMap<>();

  Negation(SchemaReferences references) {
    this.references = references;
  }

  /// The opposite of a schema.
  SchemaAt of(SchemaAt at) {
    JsonNode opposite = known.get(at.schema());
    if (opposite == null) {
      opposite = opposite(at);
      known.put(at.schema(), opposite);
    }
    return new SchemaAt(opposite, at.path());
  }

  /// A schema that demands two others.
  static ObjectNode both(JsonNode a, JsonNode b) {
    ObjectNode both = JSON.objectNode();
    both.putArray("allOf").add(a).add(b);
    return both;
  }

  /// A schema that demands the opposite of another.
  static JsonNode not(JsonNode schema) {
    return JSON.objectNode().set("not", schema);
  }

  private JsonNode opposite(SchemaAt at) {
    JsonNode schema = at.schema();
    if (schema.isBoolean()) {
      return BooleanNode.valueOf(!schema.booleanValue());
    }
    if (!schema.isObject()) {
      throw SchemaReader.refuse("schema", at, "not an object or boolean");
    }
    List<JsonNode> choices = new ArrayList<>();
    if (schema.path("$ref").isTextual()) {
      // Old drafts ignore what stands beside it: neither reading may be contradicted.
      choices.add(not(references.resolve(at, schema.path("$ref").textValue()).schema()));
    } else {
      facts(at, choices);
      combinations(at, choices);
      numbers(at, choices);
      strings(at, choices);
      arrays(at, choices);
      objects(at, choices);
    }
    if (choices.isEmpty()) {
      return BooleanNode.FALSE;
    }
    if (choices.size() == 1) {
      return choices.getFirst();
    }
    ObjectNode either = JSON.objectNode();
    either.putArray("anyOf").addAll(choices);
    return either;
  }

  private static void facts(SchemaAt at, List<JsonNode> choices) {
    JsonNode schema = at.schema();
    if (schema.has(Facts.KEY)) {
      refuse("not", at, Shape.ANY, choices);
    }
    if (schema.has("type")) {
      choices.add(Facts.schema(Shape.ANY & ~Keywords.types(at), null));
    }
    if (schema.path("enum").isArray()) {
      choices.add(noneOf(schema.path("enum")));
    }
    if (schema.has("const")) {
      choices.add(noneOf(JSON.arrayNode().add(schema.get("const"))));
    }
  }

  /// Not one of some values. Containers differ in their size or in some part.
  private static JsonNode noneOf(JsonNode values) {
    List<JsonNode> scalars = new ArrayList<>();
    ObjectNode all = JSON.objectNode();
    ArrayNode parts = all.putArray("allOf");
    for (JsonNode value : values) {
      if (value.isValueNode()) {
        scalars.add(value);
      } else {
        parts.add(value.isArray() ? differs(value) : differsFromObject(value));
      }
    }
    parts.add(Facts.schema(Shape.ANY, new Facts.Excluded(scalars)));
    return all;
  }

  private static JsonNode differs(JsonNode array) {
    ObjectNode differs = JSON.objectNode();
    ArrayNode choices = differs.putArray("anyOf");
    choices.add(Facts.schema(Shape.ANY & ~Shape.ARRAY, null));
    choices.add(Facts.schema(Shape.ARRAY, null).put("minItems", array.size() + 1));
    for (int i = 0; i < array.size(); i++) {
      ObjectNode choice = Facts.schema(Shape.ARRAY, null).put("minItems", i + 1);
      ArrayNode prefix = choice.putArray("prefixItems");
      for (int j = 0; j < i; j++) {
        prefix.add(true);
      }
      prefix.add(not(JSON.objectNode().set("const", array.get(i))));
      choices.add(choice);
    }
    if (!array.isEmpty()) {
      choices.add(Facts.schema(Shape.ARRAY, null).put("maxItems", array.size() - 1));
    }
    return differs;
  }

  private static JsonNode differsFromObject(JsonNode object) {
    ObjectNode differs = JSON.objectNode();
    ArrayNode choices = differs.putArray("anyOf");
    choices.add(Facts.schema(Shape.ANY & ~Shape.OBJECT, null));
    Set<String> names = new HashSet<>();
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      names.add(member.getKey());
      choices.add(lacks(member.getKey()));
      choices.add(hasOther(member.getKey(), JSON.objectNode().set("const", member.getValue())));
    }
    choices.add(Facts.schema(Shape.OBJECT, new Facts.SomeOutside(names)));
    return differs;
  }

  private static ObjectNode lacks(String name) {
    ObjectNode lacks = Facts.schema(Shape.OBJECT, null);
    lacks.putObject("properties").put(name, false);
    return lacks;
  }

  /// An object with a member whose value does not satisfy a schema.
  private static ObjectNode hasOther(String name, JsonNode schema) {
    ObjectNode has = Facts.schema(Shape.OBJECT, null);
    has.putArray("required").add(name);
    has.putObject("properties").set(name, not(schema));
    return has;
  }

  private static void combinations(SchemaAt at, List<JsonNode> choices) {
    JsonNode schema = at.schema();
    schema.path("allOf").forEach(part -> choices.add(not(part)));
    if (schema.has("anyOf")) {
      choices.add(noneOfSchemas(schema.path("anyOf")));
    }
    JsonNode one = schema.path("oneOf");
    if (one.isArray()) {
      choices.add(noneOfSchemas(one));
      for (int i = 0; i < one.size(); i++) {
        for (int j = i + 1; j < one.size(); j++) {
          choices.add(both(one.get(i), one.get(j)));
        }
      }
    }
    if (schema.has("not")) {
      choices.add(schema.get("not"));
    }
    if (schema.has("if") && schema.has("then")) {
      choices.add(both(schema.get("if"), not(schema.get("then"))));
    }
    if (schema.has("if") && schema.has("else")) {
      choices.add(both(not(schema.get("if")), not(schema.get("else"))));
    }
    for (String keyword : List.of("$dynamicRef", "$recursiveRef")) {
      if (schema.has(keyword)) {
        refuse(keyword, at, Shape.ANY, choices);
      }
    }
  }

  private static ObjectNode noneOfSchemas(JsonNode schemas) {
    ObjectNode none = JSON.objectNode();
    ArrayNode parts = none.putArray("allOf");
    schemas.forEach(part -> parts.add(not(part)));
    return none;
  }

  private static void numbers(SchemaAt at, List<JsonNode> choices) {
    JsonNode schema = at.schema();
    bound(schema, "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", choices);
    bound(schema, "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", choices);
    JsonNode step = schema.path("multipleOf");
    if (step.isNumber()) {
      Facts fact = new Facts.NotMultiple(step.decimalValue());
      choices.add(Facts.schema(Shape.NUMBER, fact));
    }
  }

  private static void bound(
      JsonNode schema,
      String inclusive,
      String exclusive,
      String otherInclusive,
      String otherExclusive,
      List<JsonNode> choices) {
    boolean flag = schema.path(exclusive).booleanValue();
    if (schema.path(inclusive).isNumber()) {
      String opposite = flag ? otherInclusive : otherExclusive;
      choices.add(Facts.schema(Shape.NUMBER, null).set(opposite, schema.get(inclusive)));
    }
    if (schema.path(exclusive).isNumber()) {
      choices.add(Facts.schema(Shape.NUMBER, null).set(otherInclusive, schema.get(exclusive)));
    }
  }

  private static void strings(SchemaAt at, List<JsonNode> choices) {
    JsonNode schema = at.schema();
    count(at, "minLength", Shape.STRING, "maxLength", choices);
    count(at, "maxLength", Shape.STRING, "minLength", choices);
    if (schema.path("pattern").isTextual()) {
      Facts fact = new Facts.NotPattern(schema.path("pattern").textValue());
      choices.add(Facts.schema(Shape.STRING, fact));
    }
    String format = schema.path("format").asText();
    if (Formats.strings(format).isPresent() || Formats.isRefused(format)) {
      refuse("format", at, Shape.STRING, choices);
    }
  }

  private static void count(
      SchemaAt at, String keyword, int type, String opposite, List<JsonNode> choices) {
    boolean least = keyword.startsWith("min");
    int bound = SchemaBounds.count(at, keyword, least ? 0 : Grammar.UNBOUNDED);
    if (least ? bound > 0 : bound < Grammar.UNBOUNDED) {
      choices.add(Facts.schema(type, null).put(opposite, least ? bound - 1 : bound + 1));
    }
  }

  private static void arrays(SchemaAt at, List<JsonNode> choices) {
    JsonNode schema = at.schema();
    count(at, "minItems", Shape.ARRAY, "maxItems", choices);
    count(at, "maxItems", Shape.ARRAY, "minItems", choices);
    Shape shape = new Shape();
    Keywords.items(shape, at);
    for (Shape.Items items : shape.items) {
      List<SchemaAt> prefix = items.prefix();
      for (int i = 0; i < prefix.size(); i++) {
        ObjectNode choice = Facts.schema(Shape.ARRAY, null).put("minItems", i + 1);
        ArrayNode before = choice.putArray("prefixItems");
        for (int j = 0; j < i; j++) {
          before.add(true);
        }
        before.add(not(prefix.get(i).schema()));
        choices.add(choice);
      }
      SchemaAt rest = items.rest();
      if (rest != null && rest.isFalse()) {
        choices.add(Facts.schema(Shape.ARRAY, null).put("minItems", prefix.size() + 1));
      } else if (rest != null && !isTrue(rest.schema())) {
        if (prefix.isEmpty()) {
          choices.add(Facts.schema(Shape.ARRAY, null).set("contains", not(rest.schema())));
        } else {
          refuse("items", at, Shape.ARRAY, choices);
        }
      }
    }
    if (schema.path("uniqueItems").asBoolean(false)) {
      refuse("uniqueItems", at, Shape.ARRAY, choices);
    }
    if (schema.has("unevaluatedItems") && !isTrue(schema.get("unevaluatedItems"))) {
      refuse("unevaluatedItems", at, Shape.ARRAY, choices);
    }
    if (schema.has("contains")) {
      if (schema.has("minContains") || schema.has("maxContains")) {
        refuse("contains", at, Shape.ARRAY, choices);
      } else {
        choices.add(Facts.schema(Shape.ARRAY, null).set("items", not(schema.get("contains"))));
      }
    }
  }

  private static void objects(SchemaAt at, List<JsonNode> choices) {
    JsonNode schema = at.schema();
    count(at, "minProperties", Shape.OBJECT, "maxProperties", choices);
    count(at, "maxProperties", Shape.OBJECT, "minProperties", choices);
    JsonNode required = schema.path("required");
    if (required.isArray()) {
      required.forEach(name -> choices.add(lacks(name.asText())));
    } else if (!required.isMissingNode() && !required.isNull()) {
      refuse("required", at, Shape.OBJECT, choices);
    }
    Set<String> names = new HashSet<>();
    for (Map.Entry<String, JsonNode> member : schema.path("properties").properties()) {
      names.add(member.getKey());
      if (!isTrue(member.getValue())) {
        choices.add(hasOther(member.getKey(), member.getValue()));
      }
    }
    JsonNode patterns = schema.path("patternProperties");
    JsonNode additional = schema.get("additionalProperties");
    boolean patterned = patterns.properties().stream().anyMatch(p -> !isTrue(p.getValue()));
    if (patterned) {
      refuse("patternProperties", at, Shape.OBJECT, choices);
    }
    if (additional != null && !isTrue(additional)) {
      if (additional.isBoolean() && patterns.isEmpty()) {
        choices.add(Facts.schema(Shape.OBJECT, new Facts.SomeOutside(names)));
      } else {
        refuse("additionalProperties", at, Shape.OBJECT, choices);
      }
    }
    for (String keyword : List.of("propertyNames", "unevaluatedProperties")) {
      if (schema.has(keyword) && !isTrue(schema.get(keyword))) {
        refuse(keyword, at, Shape.OBJECT, choices);
      }
    }
    dependencies(
        at,
        (name, demanded) -> {
          ObjectNode has = Facts.schema(Shape.OBJECT, null);
          has.putArray("required").add(name);
          choices.add(both(has, not(demanded)));
        });
  }

  /// The dependencies of a schema: what is demanded of an object with a member of some name.
  static void dependencies(SchemaAt at, BiConsumer<String, JsonNode> each) {
    for (String keyword : List.of("dependentRequired", "dependentSchemas", "dependencies")) {
      for (Map.Entry<String, JsonNode> entry : at.schema().path(keyword).properties()) {
        JsonNode demanded = entry.getValue();
        if (demanded.isTextual()) {
          demanded = JSON.arrayNode().add(demanded);
        }
        if (demanded.isArray()) {
          if (!demanded.isEmpty()) {
            each.accept(entry.getKey(), JSON.objectNode().set("required", demanded));
          }
        } else if (!isTrue(demanded)) {
          each.accept(entry.getKey(), demanded);
        }
      }
    }
  }

  /// Either an object lacks a member, or it satisfies a schema.
  static List<JsonNode> dependency(String name, JsonNode demanded) {
    ObjectNode lacks = JSON.objectNode();
    lacks.putObject("properties").put(name, false);
    ObjectNode has = Facts.schema(Shape.OBJECT, null);
    has.putArray("required").add(name);
    return List.of(lacks, both(has, demanded));
  }

  /// Whether a schema plainly admits everything.
  static boolean isTrue(@Nullable JsonNode schema) {
    return schema != null
        && ((schema.isBoolean() && schema.booleanValue())
            || (schema.isObject()
                && schema.properties().stream().allMatch(p -> REMARKS.contains(p.getKey()))));
  }

  private static void refuse(String keyword, SchemaAt at, int types, List<JsonNode> choices) {
    UnsupportedSchemaException why =
        SchemaReader.refuse(keyword, at, "not supported where its opposite is needed");
    choices.add(Facts.schema(types, new Facts.Refused(types, why)));
  }
}
