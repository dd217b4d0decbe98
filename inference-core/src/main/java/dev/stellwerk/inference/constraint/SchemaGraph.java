package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Turns the shapes of one schema document into grammar nodes: one rule a conjunction of schemas,
/// built once however often it is used.
final class SchemaGraph {
  /// All texts of one enumeration together.
  static final int ENUM_BYTES_MAX = 1 << 20;

  /// A pattern's automaton counts code points in states.
  static final int LENGTH_WITH_PATTERN_MAX = 256;

  private final JsonSchemaCompiler.Options options;
  private final SchemaAt root;
  private final SchemaReader reader;
  private final GrammarBuilder nodes = new GrammarBuilder();
  private final Map<List<Integer>, Integer> rules = new HashMap<>();
  private final IdentityHashMap<JsonNode, Integer> numbers = new IdentityHashMap<>();
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  private record Pending(int reserved, List<SchemaAt> schemas) {}

  SchemaGraph(JsonNode schema, JsonSchemaCompiler.Options options) {
    this.options = options;
    this.root = new SchemaAt(schema, "");
    this.reader = new SchemaReader(new SchemaReferences(schema));
  }

  Grammar build() {
    int start = rule(List.of(root));
    SchemaAt at = root;
    try {
      while (!pending.isEmpty()) {
        Pending next = pending.remove();
        at = next.schemas.isEmpty() ? root : next.schemas.getFirst();
        List<Integer> alternatives = new ArrayList<>();
        for (Shape shape : reader.read(next.schemas)) {
          alternatives(shape, at, alternatives);
        }
        nodes.define(next.reserved, alternatives.stream().mapToInt(Integer::intValue).toArray());
      }
    } catch (AutomatonLimitException e) {
      throw SchemaReader.refuse("schema", at, "too large: " + e.getMessage());
    }
    return nodes.build(start);
  }

  /// The node of a conjunction of schemas; none means any value.
  private int rule(List<SchemaAt> schemas) {
    List<Integer> key =
        schemas.stream()
            .map(at -> numbers.computeIfAbsent(at.schema(), s -> numbers.size()))
            .distinct()
            .sorted()
            .toList();
    Integer known = rules.get(key);
    if (known == null) {
      known = nodes.reserve();
      rules.put(key, known);
      pending.add(new Pending(known, schemas));
    }
    return known;
  }

  private void alternatives(Shape shape, SchemaAt at, List<Integer> into) {
    if (shape.values != null) {
      into.add(nodes.lex(values(shape, shape.values, at), GrammarBuilder.RETURN));
      return;
    }
    checkCounts(shape, at);
    shape.check(Shape.ANY);
    if (shape.has(Shape.NULL)) {
      into.add(nodes.literal("null", GrammarBuilder.RETURN));
    }
    if (shape.has(Shape.BOOLEAN)) {
      into.add(nodes.literal("true", GrammarBuilder.RETURN));
      into.add(nodes.literal("false", GrammarBuilder.RETURN));
    }
    if (shape.has(Shape.NUMBER)) {
      into.add(nodes.lex(number(shape), GrammarBuilder.RETURN));
    }
    if (shape.has(Shape.STRING)) {
      into.add(string(shape, at));
    }
    if (shape.has(Shape.ARRAY)) {
      into.add(array(shape));
    }
    if (shape.has(Shape.OBJECT)) {
      into.add(new ObjectNodes(shape).build());
    }
  }

  /// Bounds on the number of members are not counted; they pass where they cannot be broken.
  private static void checkCounts(Shape shape, SchemaAt at) {
    if (shape.has(Shape.OBJECT) && shape.propertiesMin > shape.required.size()) {
      throw SchemaReader.refuse("minProperties", at, "not supported beyond the required members");
    }
    boolean closed = shape.members.stream().anyMatch(Shape.Members::isClosed);
    if (shape.has(Shape.OBJECT)
        && shape.propertiesMax < Grammar.UNBOUNDED
        && !(closed && shape.namedMembers().size() <= shape.propertiesMax)) {
      throw SchemaReader.refuse("maxProperties", at, "not supported below the declared members");
    }
  }

  private int string(Shape shape, SchemaAt at) {
    if (shape.patterns.isEmpty()) {
      return nodes.text(shape.lengthMin, shape.lengthMax, GrammarBuilder.RETURN);
    }
    Dfa all = shape.patterns.getFirst();
    for (Dfa pattern : shape.patterns.subList(1, shape.patterns.size())) {
      all = all.and(pattern, Patterns.DFA_STATES_MAX).withFreeStates();
    }
    boolean bounded = shape.lengthMax < Grammar.UNBOUNDED;
    if (shape.lengthMin > 0 || bounded) {
      if (Math.max(shape.lengthMin, bounded ? shape.lengthMax : 0) > LENGTH_WITH_PATTERN_MAX) {
        throw SchemaReader.refuse(
            "pattern", at, "not supported with a length above " + LENGTH_WITH_PATTERN_MAX);
      }
      int most = bounded ? shape.lengthMax : Regex.UNBOUNDED;
      all = all.and(Patterns.lengths(shape.lengthMin, most), Patterns.DFA_STATES_MAX);
    }
    return nodes.lex(all, GrammarBuilder.RETURN);
  }

  private static Dfa number(Shape shape) {
    boolean unbounded = shape.low == null && shape.high == null;
    if (shape.has(Shape.FRACTION)) {
      return Numerals.number(shape.low, shape.high);
    }
    return unbounded ? Numerals.ANY_INTEGER : Numerals.integer(shape.low, shape.high);
  }

  /// The enumerated values that satisfy everything else as well.
  private Dfa values(Shape shape, List<JsonNode> values, SchemaAt at) {
    ShapeCheck check = new ShapeCheck(reader);
    List<byte[]> texts = new ArrayList<>();
    int bytes = 0;
    for (JsonNode value : values) {
      byte[] text = utf8(value.toString(), at);
      bytes += text.length;
      if (bytes > ENUM_BYTES_MAX) {
        throw SchemaReader.refuse("enum", at, "more than " + ENUM_BYTES_MAX + " bytes of values");
      }
      if (check.accepts(shape, value)) {
        texts.add(text);
      }
    }
    return Dfa.ofTexts(texts);
  }

  private int array(Shape shape) {
    int count = 0;
    for (Shape.Items part : shape.items) {
      count = Math.max(count, part.prefix().size());
    }
    // The first item follows the bracket, where no space may stand.
    int[] prefix = new int[Math.max(count, options.spaces() ? 1 : 0)];
    for (int i = 0; i < prefix.length; i++) {
      int item = rule(shape.itemSchemas(i));
      prefix[i] = i == 0 ? item : spaced(item);
    }
    int rest = spaced(rule(shape.itemSchemas(count)));
    Grammar.Loop loop = new Grammar.Loop(prefix, rest, shape.itemsMin, shape.itemsMax);
    return nodes.literal("[", nodes.loop(loop, GrammarBuilder.RETURN));
  }

  private int spaced(int node) {
    return options.spaces() ? nodes.split(node, nodes.literal(" ", node)) : node;
  }

  private static byte[] utf8(String text, SchemaAt at) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
      throw SchemaReader.refuse("schema", at, "text with half a surrogate pair");
    }
    return bytes;
  }

  private static String quoted(String name) {
    return TextNode.valueOf(name).toString();
  }

  /// The members of an object, in schema order, then undeclared ones.
  ///
  /// ```
  /// key i:    "name i": value, then after i+1    or, when i is optional, key i+1
  /// after i:  , key i                            or, when nothing from i on is required, }
  /// ```
  private final class ObjectNodes {
    private final Shape shape;
    private final int close = nodes.literal("}", GrammarBuilder.RETURN);

    ObjectNodes(Shape shape) {
      this.shape = shape;
    }

    int build() {
      Map<String, List<SchemaAt>> members = shape.namedMembers();
      List<String> names = new ArrayList<>(members.keySet());
      boolean open = admitsOthers(names);
      int key = open ? others(names) : -1; // -1: no further member possible
      int after = key < 0 ? close : nodes.split(nodes.literal(",", spaced(key)), close);
      boolean mayClose = true;
      for (Map.Entry<String, List<SchemaAt>> member : List.copyOf(members.entrySet()).reversed()) {
        String name = member.getKey();
        int value = nodes.call(spaced(rule(member.getValue())), after);
        int one = nodes.literal(quoted(name) + ":", value);
        boolean optional = !shape.required.contains(name);
        key = optional && key >= 0 ? nodes.split(one, key) : one;
        mayClose &= optional;
        int comma = nodes.literal(",", spaced(key));
        after = mayClose ? nodes.split(comma, close) : comma;
      }
      if (key < 0) {
        return nodes.literal("{}", GrammarBuilder.RETURN);
      }
      return nodes.literal("{", mayClose ? nodes.split(key, close) : key);
    }

    private boolean admitsOthers(List<String> names) {
      boolean silent = shape.members.stream().allMatch(part -> part.additional() == null);
      boolean closed = options.closedObjects() && silent && !names.isEmpty();
      return !closed && shape.members.stream().noneMatch(Shape.Members::isClosed);
    }

    private int others(List<String> names) {
      List<byte[]> declared = new ArrayList<>();
      for (String name : names) {
        declared.add(utf8(quoted(name), root));
      }
      Dfa undeclared =
          names.isEmpty()
              ? JsonText.CANONICAL_STRING
              : JsonText.CANONICAL_STRING.minus(Dfa.ofTexts(declared), JsonText.STATES_MAX);
      List<SchemaAt> schemas = new ArrayList<>();
      for (Shape.Members part : shape.members) {
        if (part.additional() != null) {
          schemas.add(part.additional());
        }
      }
      int after = nodes.reserve();
      int value = nodes.call(spaced(rule(schemas)), after);
      int key = nodes.lex(undeclared, nodes.literal(":", value));
      nodes.define(after, nodes.literal(",", spaced(key)), close);
      return key;
    }
  }
}
