package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.stellwerk.inference.constraint.Numerals.Bound;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whether an enumerated value satisfies the keywords that stand beside the enumeration.
///
/// Goes down into the value, so that a schema that refers to itself ends with it.
final class ShapeCheck {
  private final SchemaReader reader;

  ShapeCheck(SchemaReader reader) {
    this.reader = reader;
  }

  boolean accepts(Shape shape, JsonNode value) {
    List<JsonNode> values = shape.values;
    return (values == null || values.stream().anyMatch(v -> Shape.sameValue(v, value)))
        && acceptsListed(shape, value);
  }

  /// The same for a value that is known to be among the enumerated ones.
  boolean acceptsListed(Shape shape, JsonNode value) {
    int type = Shape.typeOf(value);
    if (!shape.has(type)) {
      return false;
    }
    if (shape.excluded.stream().anyMatch(v -> Shape.sameValue(v, value))) {
      return false;
    }
    shape.check(type);
    return switch (value.getNodeType()) {
      case NUMBER ->
          inBounds(shape, value.decimalValue())
              && shape.numerals.stream().allMatch(dfa -> dfa.matches(plain(value)));
      case STRING -> acceptsText(shape, value);
      case ARRAY -> acceptsItems(shape, value);
      case OBJECT -> acceptsMembers(shape, value);
      default -> true;
    };
  }

  private static byte[] plain(JsonNode number) {
    return number.decimalValue().toPlainString().getBytes(StandardCharsets.UTF_8);
  }

  private static boolean inBounds(Shape shape, BigDecimal value) {
    Bound low = shape.low;
    Bound high = shape.high;
    int above = low == null ? 1 : value.compareTo(low.value());
    int below = high == null ? -1 : value.compareTo(high.value());
    return (above > 0 || (above == 0 && low != null && !low.exclusive()))
        && (below < 0 || (below == 0 && high != null && !high.exclusive()));
  }

  private static boolean acceptsText(Shape shape, JsonNode value) {
    String text = value.textValue();
    int length = text.codePointCount(0, text.length());
    byte[] json = value.toString().getBytes(StandardCharsets.UTF_8);
    return length >= shape.lengthMin
        && length <= shape.lengthMax
        && shape.patterns.stream().allMatch(pattern -> pattern.matches(json));
  }

  private boolean acceptsItems(Shape shape, JsonNode value) {
    boolean fits = value.size() >= shape.itemsMin && value.size() <= shape.itemsMax;
    for (int i = 0; fits && i < value.size(); i++) {
      fits = acceptsAll(shape.itemSchemas(i), value.get(i));
    }
    for (Shape.Contains contains : shape.contains) {
      int count = 0;
      for (JsonNode item : value) {
        count += acceptsAll(List.of(contains.schema()), item) ? 1 : 0;
      }
      fits = fits && count >= contains.least() && count <= contains.most();
    }
    return fits && !(shape.unique && repeats(value));
  }

  private static boolean repeats(JsonNode array) {
    for (int i = 0; i < array.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (Shape.sameValue(array.get(i), array.get(j))) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean acceptsMembers(Shape shape, JsonNode value) {
    boolean fits =
        value.size() >= shape.propertiesMin
            && value.size() <= shape.propertiesMax
            && shape.required.stream().allMatch(value::has);
    for (Set<String> names : shape.someOutside) {
      fits = fits && value.properties().stream().anyMatch(m -> !names.contains(m.getKey()));
    }
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      String name = member.getKey();
      fits =
          fits
              && acceptsAll(shape.demands(name), member.getValue())
              && acceptsAll(shape.names, TextNode.valueOf(name));
    }
    return fits;
  }

  private boolean acceptsAll(List<SchemaAt> schemas, JsonNode value) {
    return reader.read(schemas).stream().anyMatch(shape -> accepts(shape, value));
  }
}
