package dev.stellwerk.inference.constraint;

import static dev.stellwerk.inference.constraint.SchemaReader.refuse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Shape.Contains;
import dev.stellwerk.inference.constraint.Shape.Items;
import dev.stellwerk.inference.constraint.Shape.Members;
import dev.stellwerk.inference.constraint.Shape.Named;
import dev.stellwerk.inference.constraint.Shape.Refusal;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.StreamSupport;

/// Reads the keywords of one schema that say something about the value itself into a [Shape].
final class Keywords {
  private Keywords() {}

  static void read(Shape shape, SchemaAt at) {
    JsonNode schema = at.schema();
    if (schema.has("type")) {
      shape.types &= types(at);
    }
    for (Facts fact : Facts.of(schema)) {
      fact(shape, at, fact);
    }
    values(shape, at);
    SchemaBounds.read(shape, at);
    strings(shape, at);
    if (schema.path("multipleOf").isNumber()) {
      orRefuse(
          shape,
          Shape.NUMBER,
          "multipleOf",
          at,
          () -> shape.numerals.add(Multiples.of(schema.path("multipleOf").decimalValue())));
    }
    items(shape, at);
    members(shape, at);
    Refusals.read(shape, at);
  }

  private static void fact(Shape shape, SchemaAt at, Facts fact) {
    switch (fact) {
      case Facts.Types(int types) -> shape.types &= types;
      case Facts.Excluded(var values) -> exclude(shape, values);
      case Facts.NotPattern(String pattern) ->
          orRefuse(
              shape,
              Shape.STRING,
              "pattern",
              at,
              () ->
                  shape.patterns.add(
                      JsonText.CANONICAL_STRING.minus(Patterns.perhaps(pattern), 20_000)));
      case Facts.NotMultiple(var of) ->
          orRefuse(
              shape, Shape.NUMBER, "multipleOf", at, () -> shape.numerals.add(Multiples.not(of)));
      case Facts.SomeOutside(var names) -> shape.someOutside.add(names);
      case Facts.Refused(int types, var why) -> shape.refusals.add(new Refusal(types, why));
    }
  }

  private static void exclude(Shape shape, List<JsonNode> values) {
    shape.excluded.addAll(values);
    if (values.stream().anyMatch(JsonNode::isNull)) {
      shape.types &= ~Shape.NULL;
    }
    boolean yes = shape.excluded.stream().anyMatch(v -> v.isBoolean() && v.booleanValue());
    boolean no = shape.excluded.stream().anyMatch(v -> v.isBoolean() && !v.booleanValue());
    if (yes && no) {
      shape.types &= ~Shape.BOOLEAN;
    }
  }

  private static void values(Shape shape, SchemaAt at) {
    JsonNode values = at.schema().path("enum");
    if (values.isArray()) {
      shape.restrict(StreamSupport.stream(values.spliterator(), false).toList());
    } else if (!values.isMissingNode()) {
      throw refuse("enum", at, "not an array");
    }
    if (at.schema().has("const")) {
      shape.restrict(List.of(at.schema().get("const")));
    }
  }

  /// The types that a schema names.
  static int types(SchemaAt at) {
    JsonNode type = at.schema().path("type");
    if (type.isTextual()) {
      return typeNamed(type, at);
    }
    if (!type.isArray()) {
      throw refuse("type", at, "not a name or an array of names");
    }
    int types = 0;
    for (JsonNode one : type) {
      types |= typeNamed(one, at);
    }
    return types;
  }

  private static int typeNamed(JsonNode name, SchemaAt at) {
    return switch (name.asText()) {
      case "null" -> Shape.NULL;
      case "boolean" -> Shape.BOOLEAN;
      case "integer" -> Shape.INTEGER;
      case "number" -> Shape.NUMBER;
      case "string" -> Shape.STRING;
      case "array" -> Shape.ARRAY;
      case "object" -> Shape.OBJECT;
      case "any" -> Shape.ANY; // draft 3, still seen
      default -> throw refuse("type", at, "unknown type '" + name.asText() + "'");
    };
  }

  private static void strings(Shape shape, SchemaAt at) {
    if (!shape.has(Shape.STRING)) {
      return;
    }
    String format = at.schema().path("format").asText();
    Formats.strings(format)
        .ifPresent(
            dfa -> {
              shape.patterns.add(dfa);
              shape.narrowed = true;
            });
    if (Formats.isRefused(format)) {
      shape.refusals.add(
          new Refusal(Shape.STRING, refuse("format", at, "'" + format + "' is not supported")));
    }
    JsonNode pattern = at.schema().path("pattern");
    if (!pattern.isMissingNode()) {
      orRefuse(
          shape,
          Shape.STRING,
          "pattern",
          at,
          () -> shape.patterns.add(Patterns.strings(pattern.asText())));
    }
  }

  /// Reads something that may turn out to be too hard, which matters only where the type does.
  private static void orRefuse(Shape shape, int types, String keyword, SchemaAt at, Runnable read) {
    if (!shape.has(types)) {
      return;
    }
    try {
      read.run();
    } catch (IllegalArgumentException | AutomatonLimitException e) {
      String why = String.valueOf(e.getMessage());
      shape.refusals.add(new Refusal(types, refuse(keyword, at, why)));
    }
  }

  static void items(Shape shape, SchemaAt at) {
    JsonNode schema = at.schema();
    boolean draft7Tuple = schema.path("items").isArray();
    String prefixKeyword = draft7Tuple ? "items" : "prefixItems";
    String restKeyword = draft7Tuple ? "additionalItems" : "items";
    List<SchemaAt> prefix = new ArrayList<>();
    SchemaAt tuple = at.below(prefixKeyword);
    for (int i = 0; tuple.schema().isArray() && i < tuple.schema().size(); i++) {
      prefix.add(new SchemaAt(tuple.schema().get(i), tuple.path() + "/" + i));
    }
    SchemaAt rest = schema.has(restKeyword) ? at.below(restKeyword) : null;
    if (!prefix.isEmpty() || rest != null) {
      shape.items.add(new Items(prefix, rest));
    }
    shape.unique |= schema.path("uniqueItems").asBoolean(false);
    if (schema.has("contains")) {
      int least = SchemaBounds.count(at, "minContains", 1);
      int most = SchemaBounds.count(at, "maxContains", Grammar.UNBOUNDED);
      shape.contains.add(new Contains(at.below("contains"), least, most));
    }
  }

  private static void members(Shape shape, SchemaAt at) {
    if (!shape.has(Shape.OBJECT)) {
      return;
    }
    JsonNode schema = at.schema();
    Map<String, SchemaAt> properties = new LinkedHashMap<>();
    fields(at.below("properties"), properties::put);
    List<Named> named = new ArrayList<>();
    fields(
        at.below("patternProperties"),
        (pattern, child) ->
            orRefuse(
                shape,
                Shape.OBJECT,
                "patternProperties",
                at,
                () -> named.add(new Named(pattern, Patterns.exactly(pattern), child))));
    SchemaAt additional =
        schema.has("additionalProperties") ? at.below("additionalProperties") : null;
    if (!properties.isEmpty() || !named.isEmpty() || additional != null) {
      shape.members.add(new Members(properties, named, additional));
    }
    JsonNode required = schema.path("required");
    if (required.isArray()) {
      required.forEach(name -> shape.required.add(name.asText()));
    } else if (!required.isMissingNode() && !required.isNull()) {
      shape.refusals.add(
          new Refusal(Shape.OBJECT, refuse("required", at, "not an array of names")));
    }
    if (schema.has("propertyNames") && !Negation.isTrue(schema.get("propertyNames"))) {
      shape.names.add(at.below("propertyNames"));
    }
  }

  private static void fields(SchemaAt at, BiConsumer<String, SchemaAt> each) {
    for (Map.Entry<String, JsonNode> field : at.schema().properties()) {
      each.accept(field.getKey(), at.below(field.getKey()));
    }
  }
}
