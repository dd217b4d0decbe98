package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What schemas that the reader makes up demand beyond the keywords: the opposite of a keyword that
/// has no keyword for its opposite.
///
/// A made-up schema is an ordinary one with a fact as a Java object under [#KEY]; a parsed schema
/// never holds such an object.
sealed interface Facts {
  String KEY = "\u0000fact";

  /// One of these types.
  record Types(int types) implements Facts {}

  /// None of these scalars.
  record Excluded(List<JsonNode> values) implements Facts {}

  /// A string in which a pattern is not found.
  record NotPattern(String pattern) implements Facts {}

  /// A number that is no multiple.
  record NotMultiple(BigDecimal of) implements Facts {}

  /// An object with some member that has none of these names.
  record SomeOutside(Set<String> names) implements Facts {}

  /// Not known how to demand.
  record Refused(int types, UnsupportedSchemaException why) implements Facts {}

  /// A schema that states a fact about values of some types and admits no others.
  static ObjectNode schema(int types, @Nullable Facts fact) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    ObjectNode schema = json.objectNode();
    List<Facts> facts = fact == null ? List.of(new Types(types)) : List.of(new Types(types), fact);
    schema.set(KEY, json.pojoNode(facts));
    return schema;
  }

  /// The facts that a schema states.
  static List<Facts> of(JsonNode schema) {
    if (schema.get(KEY) instanceof POJONode node && node.getPojo() instanceof List<?> facts) {
      return facts.stream().map(Facts.class::cast).toList();
    }
    return List.of();
  }
}
