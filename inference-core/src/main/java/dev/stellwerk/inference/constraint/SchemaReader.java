package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
  private final Negation negation;
  private int reads;

  SchemaReader(SchemaReferences references) {
    this.references = references;
    this.negation = new Negation(references);
  }

  /// A schema to read and the schemas whose `$ref`, `allOf` or choice led to it.
  private record Item(SchemaAt at, @Nullable Item from, int depth) {
    Item(SchemaAt at, @Nullable Item from) {
      this(at, from, from == null ? 0 : from.depth + 1);
    }

    @SuppressWarnings("ReferenceEquality") // equal schemas at two places are not a circle
    boolean repeats() {
      for (Item above = from; above != null; above = above.from) {
        if (above.at.schema() == at.schema() && at.schema().isObject()) {
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
      Budget.spend(100);
      if (item.depth > CHAIN_MAX) {
        throw refuse("$ref", item.at, "more than " + CHAIN_MAX + " references in a row");
      }
      if (item.repeats()) {
        throw refuse("$ref", item.at, "the schema refers to itself without a step between");
      }
      readInto(shape, item, open, still);
      if (shape.isEmpty()) {
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
      count = counted(count, shapes, choice);
    }
    if (choice.exactlyOne && !Disjoint.pairwise(branches, this)) {
      return exactlyOne(shape, choice, branches, still);
    }
    return branches.stream().flatMap(List::stream).toList();
  }

  private static int counted(int before, List<Shape> shapes, Either choice) {
    int count = before + shapes.size();
    if (count > ALTERNATIVES_MAX) {
      throw refuse("anyOf", choice.at, "more than " + ALTERNATIVES_MAX + " alternatives");
    }
    return count;
  }

  /// Each branch without what it shares with the others.
  private List<Shape> exactlyOne(
      Shape shape, Either choice, List<List<Shape>> branches, List<Either> still) {
    List<Shape> all = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      List<Item> items = new ArrayList<>(List.of(choice.branches.get(i)));
      for (int j = 0; j < branches.size(); j++) {
        if (i != j && !Disjoint.apart(branches.get(i), branches.get(j), this)) {
          Item other = choice.branches.get(j);
          items.add(new Item(negation.of(other.at), other.from));
        }
      }
      List<Shape> alone = items.size() == 1 ? branches.get(i) : expand(shape.copy(), items, still);
      all.addAll(alone);
      counted(all.size(), List.of(), choice);
    }
    return all;
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
    if (schema.has("not")) {
      open.add(new Item(negation.of(at.below("not")), item));
    }
    conditions(at, item, choices);
    Keywords.read(shape, at);
  }

  /// Conditions as choices: the condition does not hold, or what it demands does.
  private static void conditions(SchemaAt at, Item from, List<Either> choices) {
    JsonNode schema = at.schema();
    JsonNode condition = schema.get("if");
    if (condition != null && (schema.has("then") || schema.has("else"))) {
      JsonNode yes = schema.has("then") ? schema.get("then") : BooleanNode.TRUE;
      JsonNode no = schema.has("else") ? schema.get("else") : BooleanNode.TRUE;
      List<JsonNode> both =
          List.of(Negation.both(condition, yes), Negation.both(Negation.not(condition), no));
      choices.add(either(both, at.below("if"), from));
    }
    Negation.dependencies(
        at, (name, demanded) -> choices.add(either(Negation.dependency(name, demanded), at, from)));
  }

  private static Either either(List<JsonNode> branches, SchemaAt at, Item from) {
    List<Item> items =
        branches.stream().map(one -> new Item(new SchemaAt(one, at.path()), from)).toList();
    return new Either(items, at, false);
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

  static UnsupportedSchemaException refuse(String keyword, SchemaAt at, String why) {
    return new UnsupportedSchemaException(keyword, at.path(), why);
  }
}
