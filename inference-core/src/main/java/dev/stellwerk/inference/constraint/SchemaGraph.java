package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
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

  private final JsonSchemaCompiler.Options options;
  private final SchemaAt root;
  private final SchemaReader reader;
  private final GrammarBuilder nodes = new GrammarBuilder();
  private final Map<List<Integer>, Integer> rules = new HashMap<>();
  private final IdentityHashMap<JsonNode, Integer> numbers = new IdentityHashMap<>();
  private final Map<Integer, Integer> members = new HashMap<>();
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
    shape.check(Shape.ANY);
    if (shape.has(Shape.NULL)) {
      into.add(nodes.literal("null", GrammarBuilder.RETURN));
    }
    if (shape.has(Shape.BOOLEAN)) {
      for (BooleanNode value : List.of(BooleanNode.TRUE, BooleanNode.FALSE)) {
        if (!shape.excluded.contains(value)) {
          into.add(nodes.literal(value.toString(), GrammarBuilder.RETURN));
        }
      }
    }
    if (shape.has(Shape.NUMBER)) {
      into.add(nodes.lex(Scalars.numbers(shape), GrammarBuilder.RETURN));
    }
    if (shape.has(Shape.STRING)) {
      into.add(string(shape, at));
    }
    if (shape.has(Shape.ARRAY)) {
      into.add(array(shape));
    }
    if (shape.has(Shape.OBJECT)) {
      into.add(object(shape, at));
    }
  }

  private int string(Shape shape, SchemaAt at) {
    if (Scalars.isPlainString(shape)) {
      return nodes.text(shape.lengthMin, shape.lengthMax, GrammarBuilder.RETURN);
    }
    Dfa strings = Scalars.strings(shape, at);
    return Scalars.isBounded(shape)
        ? nodes.counted(
            new Counted(strings, shape.lengthMin, shape.lengthMax), GrammarBuilder.RETURN)
        : nodes.lex(strings, GrammarBuilder.RETURN);
  }

  private int object(Shape shape, SchemaAt at) {
    ObjectRule rule = new ObjectNodes(shape, at, options, reader, this::member).build();
    return nodes.literal("{", nodes.object(rule, GrammarBuilder.RETURN));
  }

  private int member(List<SchemaAt> schemas) {
    int value = rule(schemas);
    return members.computeIfAbsent(value, v -> nodes.literal(":", spaced(v)));
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
      if (check.acceptsListed(shape, value)) {
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

  static byte[] utf8(String text, SchemaAt at) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
      throw SchemaReader.refuse("schema", at, "text with half a surrogate pair");
    }
    return bytes;
  }
}
