package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.stellwerk.inference.constraint.Shape.Named;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Turns the members that a shape admits into an [ObjectRule].
final class ObjectNodes {
  private static final SchemaAt NEVER = new SchemaAt(BooleanNode.FALSE, "");

  private final Shape shape;
  private final SchemaAt at;
  private final JsonSchemaCompiler.Options options;
  private final SchemaReader reader;
  private final ToIntFunction<List<SchemaAt>> member;

  /// @param member the node of a colon and a value that satisfies some schemas
  ObjectNodes(
      Shape shape,
      SchemaAt at,
      JsonSchemaCompiler.Options options,
      SchemaReader reader,
      ToIntFunction<List<SchemaAt>> member) {
    this.shape = shape;
    this.at = at;
    this.options = options;
    this.reader = reader;
    this.member = member;
  }

  /// A declared member.
  private static final class Name {
    final String plain;
    final byte[] text;
    final int rank;
    final List<SchemaAt> demands;

    Name(String plain, byte[] text, int rank, List<SchemaAt> demands) {
      this.plain = plain;
      this.text = text;
      this.rank = rank;
      this.demands = demands;
    }
  }

  ObjectRule build() {
    if (!shape.someOutside.isEmpty() && shape.propertiesMax < Grammar.UNBOUNDED) {
      throw SchemaReader.refuse("maxProperties", at, "not supported beside a closed opposite");
    }
    if (shape.someOutside.size() > ObjectRule.OUTSIDE_MAX) {
      throw SchemaReader.refuse("not", at, "too many opposites of closed objects");
    }
    Map<String, List<SchemaAt>> members = new LinkedHashMap<>(shape.namedMembers());
    boolean open = admitsOthers(members);
    Dfa names = open ? JsonText.CANONICAL_STRING : null;
    for (SchemaAt rule : shape.names) {
      names = restricted(names, rule, members);
    }
    List<Name> sorted = new ArrayList<>();
    members.forEach(
        (name, demands) ->
            sorted.add(
                new Name(
                    name,
                    SchemaGraph.utf8(TextNode.valueOf(name).toString(), at),
                    sorted.size(),
                    demands)));
    sorted.sort((a, b) -> Arrays.compareUnsigned(a.text, b.text));
    List<byte[]> texts = sorted.stream().map(name -> name.text).toList();
    List<Integer> otherNodes = new ArrayList<>();
    KeyClasses.Classes others = names == null ? null : others(names, texts, otherNodes);
    List<List<Boolean>> outside = new ArrayList<>();
    for (Set<String> set : shape.someOutside) {
      outside.add(sorted.stream().map(name -> !set.contains(name.plain)).toList());
    }
    return new ObjectRule(
        new ObjectRule.Parts(
            texts,
            sorted.stream().map(name -> member.applyAsInt(name.demands)).toList(),
            sorted.stream().map(name -> name.rank).toList(),
            sorted.stream().map(name -> shape.required.contains(name.plain)).toList(),
            others,
            otherNodes,
            shape.propertiesMin,
            shape.propertiesMax,
            outside,
            options.keyOrder() == JsonSchemaCompiler.KeyOrder.DECLARED,
            options.spaces()));
  }

  private boolean admitsOthers(Map<String, List<SchemaAt>> members) {
    boolean silent =
        shape.members.stream()
            .allMatch(part -> part.additional() == null && part.patterns().isEmpty());
    boolean closed = options.closedObjects() && silent && !members.isEmpty();
    boolean none =
        shape.members.stream().anyMatch(part -> part.isClosed() && part.patterns().isEmpty());
    return !closed && !none;
  }

  /// The undeclared names that satisfy a schema as well; declared ones that do not are forbidden.
  private @Nullable Dfa restricted(
      @Nullable Dfa names, SchemaAt rule, Map<String, List<SchemaAt>> members) {
    List<Shape> shapes =
        reader.read(List.of(rule)).stream().filter(one -> one.has(Shape.STRING)).toList();
    ShapeCheck check = new ShapeCheck(reader);
    members.replaceAll(
        (name, demands) ->
            shapes.stream().anyMatch(one -> check.accepts(one, TextNode.valueOf(name)))
                ? demands
                : List.of(NEVER));
    if (names == null || shapes.isEmpty()) {
      return null;
    }
    if (shapes.stream().allMatch(one -> one.values != null)) {
      for (Shape one : shapes) {
        for (JsonNode value : one.values == null ? List.<JsonNode>of() : one.values) {
          if (value.isTextual() && check.accepts(one, value)) {
            members.computeIfAbsent(value.textValue(), shape::demands);
          }
        }
      }
      return null;
    }
    if (shapes.size() > 1 || shapes.getFirst().values != null) {
      throw SchemaReader.refuse("propertyNames", at, "several alternatives are not supported");
    }
    Shape only = shapes.getFirst();
    only.check(Shape.STRING);
    Dfa admitted = Scalars.boundedStrings(only, rule);
    return names.and(admitted, JsonText.STATES_MAX).withFreeStates();
  }

  private KeyClasses.Classes others(Dfa names, List<byte[]> declared, List<Integer> nodes) {
    Map<String, Dfa> patterns = new LinkedHashMap<>();
    shape.members.forEach(
        part -> part.patterns().forEach(one -> patterns.put(one.pattern(), one.names())));
    List<String> keys = List.copyOf(patterns.keySet());
    // Where any text may follow, a name that is about to become a declared one can go on and be
    // another; else declared names must be taken out, or a name may be begun that cannot end.
    boolean anyText = keys.isEmpty() && shape.names.isEmpty();
    Dfa undeclared =
        anyText || declared.isEmpty()
            ? names
            : names.minus(Dfa.ofTexts(declared), JsonText.STATES_MAX);
    KeyClasses.Classes classes =
        KeyClasses.of(
            undeclared,
            List.copyOf(patterns.values()),
            matched -> demands(matched, keys).stream().noneMatch(SchemaAt::isFalse));
    classes.matched().forEach(matched -> nodes.add(member.applyAsInt(demands(matched, keys))));
    return classes;
  }

  /// What is demanded of an undeclared member whose name matches some patterns.
  private List<SchemaAt> demands(long matched, List<String> patterns) {
    List<SchemaAt> all = new ArrayList<>();
    for (Shape.Members part : shape.members) {
      int before = all.size();
      for (Named one : part.patterns()) {
        if ((matched & 1L << patterns.indexOf(one.pattern())) != 0) {
          all.add(one.schema());
        }
      }
      SchemaAt additional = part.additional();
      if (all.size() == before && additional != null) {
        all.add(additional);
      }
    }
    return all;
  }
}
