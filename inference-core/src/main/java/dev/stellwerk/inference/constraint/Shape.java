package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one alternative of a schema demands, with `$ref`, `allOf` and siblings merged: the
/// conjunction of everything read into it.
final class Shape {
  static final int NULL = 1;
  static final int BOOLEAN = 2;
  static final int INTEGER = 4;
  static final int FRACTION = 8; // numbers that are not whole
  static final int STRING = 16;
  static final int ARRAY = 32;
  static final int OBJECT = 64;
  static final int NUMBER = INTEGER | FRACTION;
  static final int ANY = 127;

  /// A schema and where it stands.
  record SchemaAt(JsonNode schema, String path) {
    boolean isFalse() {
      return schema.isBoolean() && !schema.booleanValue();
    }

    SchemaAt below(String token) {
      JsonNode child = schema.path(token);
      return new SchemaAt(child, path + "/" + token.replace("~", "~0").replace("/", "~1"));
    }
  }

  /// `patternProperties`: what is demanded of the members whose names a pattern is found in.
  ///
  /// @param pattern the pattern's text, which makes two of them the same
  record Named(String pattern, Dfa names, SchemaAt schema) {}

  /// `properties`, `patternProperties` and `additionalProperties` of one schema; the last is about
  /// what the others leave.
  record Members(
      Map<String, SchemaAt> properties, List<Named> patterns, @Nullable SchemaAt additional) {
    /// Adds what this schema demands of a member.
    void demands(String name, List<SchemaAt> into) {
      int before = into.size();
      SchemaAt declared = properties.get(name);
      if (declared != null) {
        into.add(declared);
      }
      if (!patterns.isEmpty()) {
        byte[] text = JsonText.quoted(name);
        for (Named pattern : patterns) {
          if (pattern.names.matches(text)) {
            into.add(pattern.schema);
          }
        }
      }
      if (into.size() == before && additional != null) {
        into.add(additional);
      }
    }

    /// Whether nothing but what is declared or matches a pattern may be there.
    boolean isClosed() {
      return additional != null && additional.isFalse();
    }
  }

  /// `prefixItems` and `items` of one schema.
  record Items(List<SchemaAt> prefix, @Nullable SchemaAt rest) {
    @Nullable SchemaAt of(int index) {
      return index < prefix.size() ? prefix.get(index) : rest;
    }
  }

  /// `contains` with its counts.
  record Contains(SchemaAt schema, int least, int most) {}

  /// A keyword that cannot be enforced, and the types of instances that it is about.
  record Refusal(int types, UnsupportedSchemaException why) {}

  /// Pairs of values that two enumerations may make.
  private static final long COMPARISONS_MAX = 4_000_000;

  int types = ANY;
  Numerals.@Nullable Bound low;
  Numerals.@Nullable Bound high;
  int lengthMin;
  int lengthMax = Grammar.UNBOUNDED;
  int itemsMin;
  int itemsMax = Grammar.UNBOUNDED;
  int propertiesMin;
  int propertiesMax = Grammar.UNBOUNDED;
  List<Items> items = new ArrayList<>();
  List<Members> members = new ArrayList<>();
  Set<String> required = new LinkedHashSet<>();
  List<Refusal> refusals = new ArrayList<>();
  List<Dfa> patterns = new ArrayList<>();
  List<Dfa> numerals = new ArrayList<>();
  List<SchemaAt> names = new ArrayList<>();
  List<Contains> contains = new ArrayList<>();

  /// Of each set, some member's name must be outside.
  List<Set<String>> someOutside = new ArrayList<>();

  /// Scalars that are not admitted.
  List<JsonNode> excluded = new ArrayList<>();

  boolean unique;

  /// Whether strings are held to less than the schema admits: what they reject may be valid.
  boolean narrowed;

  @Nullable List<JsonNode> values;

  Shape copy() {
    Shape copy = new Shape();
    copy.types = types;
    copy.low = low;
    copy.high = high;
    copy.lengthMin = lengthMin;
    copy.lengthMax = lengthMax;
    copy.itemsMin = itemsMin;
    copy.itemsMax = itemsMax;
    copy.propertiesMin = propertiesMin;
    copy.propertiesMax = propertiesMax;
    copy.items = new ArrayList<>(items);
    copy.members = new ArrayList<>(members);
    copy.required = new LinkedHashSet<>(required);
    copy.refusals = new ArrayList<>(refusals);
    copy.patterns = new ArrayList<>(patterns);
    copy.numerals = new ArrayList<>(numerals);
    copy.names = new ArrayList<>(names);
    copy.contains = new ArrayList<>(contains);
    copy.someOutside = new ArrayList<>(someOutside);
    copy.excluded = new ArrayList<>(excluded);
    copy.unique = unique;
    copy.narrowed = narrowed;
    copy.values = values;
    return copy;
  }

  boolean has(int type) {
    return (types & type) != 0;
  }

  /// Keeps only these values.
  void restrict(List<JsonNode> to) {
    List<JsonNode> before = values;
    if (before != null && (long) before.size() * to.size() > COMPARISONS_MAX) {
      throw new AutomatonLimitException("enumerations of too many values");
    }
    values =
        before == null
            ? List.copyOf(to)
            : before.stream().filter(v -> to.stream().anyMatch(w -> sameValue(v, w))).toList();
  }

  /// What is demanded of the item at an index.
  List<SchemaAt> itemSchemas(int index) {
    List<SchemaAt> schemas = new ArrayList<>();
    for (Items part : items) {
      SchemaAt schema = part.of(index);
      if (schema != null) {
        schemas.add(schema);
      }
    }
    return schemas;
  }

  /// Throws the first refusal that concerns an instance of some types that this shape admits.
  void check(int ofTypes) {
    for (Refusal refusal : refusals) {
      if (has(refusal.types & ofTypes)) {
        throw refusal.why;
      }
    }
  }

  /// The members' names, declared ones first, each with everything demanded of its value.
  Map<String, List<SchemaAt>> namedMembers() {
    Set<String> all = new LinkedHashSet<>();
    members.forEach(part -> all.addAll(part.properties.keySet()));
    all.addAll(required);
    someOutside.forEach(all::addAll);
    Map<String, List<SchemaAt>> demands = new LinkedHashMap<>();
    all.forEach(name -> demands.put(name, demands(name)));
    return demands;
  }

  /// Everything demanded of a member.
  List<SchemaAt> demands(String name) {
    List<SchemaAt> schemas = new ArrayList<>();
    members.forEach(part -> part.demands(name, schemas));
    return schemas;
  }

  /// Whether a member cannot be there, as far as can be seen without reading its schemas.
  boolean forbids(String name) {
    return demands(name).stream().anyMatch(SchemaAt::isFalse);
  }

  /// Whether it can be seen at once that nothing satisfies this.
  boolean isEmpty() {
    if (types == 0 || (values != null && values.isEmpty())) {
      return true;
    }
    return switch (types) {
      case OBJECT -> propertiesMin > propertiesMax || required.stream().anyMatch(this::forbids);
      case STRING -> lengthMin > lengthMax;
      case ARRAY -> itemsMin > itemsMax;
      default -> false;
    };
  }

  /// The type of a value, as one of the bits above.
  static int typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL -> NULL;
      case BOOLEAN -> BOOLEAN;
      case STRING -> STRING;
      case ARRAY -> ARRAY;
      case OBJECT -> OBJECT;
      case NUMBER -> isWhole(value.decimalValue()) ? INTEGER : FRACTION;
      case BINARY, MISSING, POJO -> 0;
    };
  }

  private static boolean isWhole(BigDecimal value) {
    return value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
  }

  /// Equality of JSON Schema: 1 and 1.0 are the same.
  static boolean sameValue(JsonNode a, JsonNode b) {
    return a.equals(
        (x, y) ->
            x.isNumber() && y.isNumber()
                ? x.decimalValue().compareTo(y.decimalValue())
                : x.equals(y) ? 0 : 1,
        b);
  }
}
