package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Shape.Items;
import dev.stellwerk.inference.constraint.Shape.Members;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Reads schemas into [Shape]s: follows `$ref` and `allOf`, multiplies out `anyOf` and `oneOf`.
///
/// Drafts 4 to 2020-12 are read alike, where their keywords differ (`definitions`, array-valued
/// `items`, boolean `exclusiveMinimum`) by the value that stands there. Siblings of `$ref` count in
/// every draft.
final class SchemaReader {
  /// Alternatives of one schema after `anyOf` and `oneOf` are multiplied out.
  static final int ALTERNATIVES_MAX = 512;

  /// Schemas read in all, repetitions included: a bound on hostile ones.
  static final int READS_MAX = 200_000;

  /// Steps through `$ref`, `allOf`, `anyOf` and `oneOf` that lead to one schema.
  static final int CHAIN_MAX = 200;

  private final SchemaReferences references;
  private final Map<String, Dfa> patterns = new HashMap<>();
  private int reads;

  SchemaReader(SchemaReferences references) {
    this.references = references;
  }

  /// A schema to read and the schemas whose `$ref`, `allOf` or choice led to it.
  private record Item(SchemaAt at, @Nullable Item from, int depth) {
    Item(SchemaAt at, @Nullable Item from) {
      this(at, from, from == null ? 0 : from.depth + 1);
    }

    boolean repeats() {
      for (Item above = from; above != null; above = above.from) {
        if (above.at.path().equals(at.path())) {
          return true;
        }
      }
      return false;
    }
  }

  /// `anyOf` or `oneOf`, to be read when everything else is known.
  private record Either(List<Item> branches, SchemaAt at, boolean exactlyOne) {}

  /// The alternatives of a conjunction of schemas.
  List<Shape> read(List<SchemaAt> schemas) {
    List<Item> items = schemas.stream().map(at -> new Item(at, null)).toList();
    return expand(new Shape(), items, List.of());
  }

  private List<Shape> expand(Shape shape, List<Item> items, List<Either> choices) {
    ArrayDeque<Item> open = new ArrayDeque<>(items);
    List<Either> still = new ArrayList<>(choices);
    while (!open.isEmpty()) {
      Item item = open.remove();
      if (++reads > READS_MAX) {
        throw refuse(
            "anyOf", item.at, "the schema takes more than " + READS_MAX + " steps to read");
      }
      if (item.depth > CHAIN_MAX) {
        throw refuse("$ref", item.at, "more than " + CHAIN_MAX + " references in a row");
      }
      if (item.repeats()) {
        throw refuse("$ref", item.at, "the schema refers to itself without a step between");
      }
      readInto(shape, item, open, still);
      if (shape.types == 0) {
        return List.of();
      }
    }
    if (still.isEmpty()) {
      return List.of(shape);
    }
    Either choice = still.removeFirst();
    List<List<Shape>> branches = new ArrayList<>();
    int count = 0;
    for (Item branch : choice.branches) {
      List<Shape> shapes = expand(shape.copy(), List.of(branch), still);
      branches.add(shapes);
      count += shapes.size();
      if (count > ALTERNATIVES_MAX) {
        throw refuse("anyOf", choice.at, "more than " + ALTERNATIVES_MAX + " alternatives");
      }
    }
    if (choice.exactlyOne && !Disjoint.pairwise(branches, this)) {
      throw refuse("oneOf", choice.at, "its branches may overlap");
    }
    return branches.stream().flatMap(List::stream).toList();
  }

  private void readInto(Shape shape, Item item, ArrayDeque<Item> open, List<Either> choices) {
    SchemaAt at = item.at;
    JsonNode schema = at.schema();
    if (schema.isBoolean()) {
      shape.types = schema.booleanValue() ? shape.types : 0;
      return;
    }
    if (!schema.isObject()) {
      throw refuse("schema", at, "not an object or boolean");
    }
    references.checkBase(at);
    JsonNode reference = schema.path("$ref");
    if (reference.isTextual()) {
      open.add(new Item(references.resolve(at, reference.textValue()), item));
    }
    branches(at, "allOf", item).forEach(open::add);
    if (schema.has("anyOf")) {
      choices.add(new Either(branches(at, "anyOf", item), at, false));
    }
    if (schema.has("oneOf")) {
      choices.add(new Either(branches(at, "oneOf", item), at, true));
    }
    types(shape, at);
    SchemaBounds.read(shape, at);
    patterns(shape, at);
    items(shape, at);
    members(shape, at);
    Refusals.read(shape, at);
  }

  private static List<Item> branches(SchemaAt at, String keyword, Item from) {
    List<Item> branches = new ArrayList<>();
    JsonNode all = at.schema().path(keyword);
    if (!all.isMissingNode() && (!all.isArray() || all.isEmpty())) {
      throw refuse(keyword, at, "not an array of schemas");
    }
    for (int i = 0; i < all.size(); i++) {
      branches.add(new Item(new SchemaAt(all.get(i), at.path() + "/" + keyword + "/" + i), from));
    }
    return branches;
  }

  private static void types(Shape shape, SchemaAt at) {
    JsonNode type = at.schema().path("type");
    if (type.isTextual()) {
      shape.types &= typeNamed(type, at);
    } else if (type.isArray()) {
      int types = 0;
      for (JsonNode one : type) {
        types |= typeNamed(one, at);
      }
      shape.types &= types;
    } else if (!type.isMissingNode()) {
      throw refuse("type", at, "not a name or an array of names");
    }
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

  private void patterns(Shape shape, SchemaAt at) {
    if (shape.has(Shape.STRING)) {
      String format = at.schema().path("format").asText();
      Formats.strings(format).ifPresent(shape.patterns::add);
      if (Formats.isRefused(format)) {
        shape.refusals.add(
            new Shape.Refusal(
                Shape.STRING, refuse("format", at, "'" + format + "' is not supported")));
      }
    }
    JsonNode pattern = at.schema().path("pattern");
    if (pattern.isMissingNode() || !shape.has(Shape.STRING)) {
      return;
    }
    try {
      shape.patterns.add(patterns.computeIfAbsent(pattern.asText(), Patterns::strings));
    } catch (IllegalArgumentException | AutomatonLimitException e) {
      String why = String.valueOf(e.getMessage());
      shape.refusals.add(new Shape.Refusal(Shape.STRING, refuse("pattern", at, why)));
    }
  }

  private static void items(Shape shape, SchemaAt at) {
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
  }

  private static void members(Shape shape, SchemaAt at) {
    JsonNode schema = at.schema();
    Map<String, SchemaAt> properties = new LinkedHashMap<>();
    SchemaAt declared = at.below("properties");
    fields(declared, (name, child) -> properties.put(name, child));
    SchemaAt additional =
        schema.has("additionalProperties") ? at.below("additionalProperties") : null;
    if (!properties.isEmpty() || additional != null) {
      shape.members.add(new Members(properties, additional));
    }
    JsonNode required = schema.path("required");
    if (required.isArray()) {
      required.forEach(name -> shape.required.add(name.asText()));
    } else if (!required.isMissingNode() && !required.isNull()) {
      shape.refusals.add(
          new Shape.Refusal(Shape.OBJECT, refuse("required", at, "not an array of names")));
    }
  }

  private static void fields(SchemaAt at, BiConsumer<String, SchemaAt> each) {
    for (Map.Entry<String, JsonNode> field : at.schema().properties()) {
      each.accept(field.getKey(), at.below(field.getKey()));
    }
  }

  static UnsupportedSchemaException refuse(String keyword, SchemaAt at, String why) {
    return new UnsupportedSchemaException(keyword, at.path(), why);
  }
}
