package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Numerals.Bound;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;

/// Reads the keywords that bound a number, a length or a count.
final class SchemaBounds {
  /// A schema may demand at most so many code points, items or members.
  static final int LEAST_MAX = 65_536;

  private SchemaBounds() {}

  static void read(Shape shape, SchemaAt at) {
    numbers(shape, at);
    shape.lengthMin = Math.max(shape.lengthMin, count(at, "minLength", 0));
    shape.lengthMax = Math.min(shape.lengthMax, count(at, "maxLength", Grammar.UNBOUNDED));
    shape.itemsMin = Math.max(shape.itemsMin, count(at, "minItems", 0));
    shape.itemsMax = Math.min(shape.itemsMax, count(at, "maxItems", Grammar.UNBOUNDED));
    shape.propertiesMin = Math.max(shape.propertiesMin, count(at, "minProperties", 0));
    shape.propertiesMax =
        Math.min(shape.propertiesMax, count(at, "maxProperties", Grammar.UNBOUNDED));
  }

  private static void numbers(Shape shape, SchemaAt at) {
    JsonNode schema = at.schema();
    JsonNode low = number(at, "minimum");
    JsonNode high = number(at, "maximum");
    // Draft 4: the exclusive keywords are flags of the inclusive ones.
    boolean lowFlag = schema.path("exclusiveMinimum").booleanValue();
    boolean highFlag = schema.path("exclusiveMaximum").booleanValue();
    JsonNode above = lowFlag ? low.path(0) : number(at, "exclusiveMinimum");
    JsonNode below = highFlag ? high.path(0) : number(at, "exclusiveMaximum");
    if (low.isNumber()) {
      shape.low = Bound.higher(shape.low, new Bound(low.decimalValue(), lowFlag));
    }
    if (above.isNumber()) {
      shape.low = Bound.higher(shape.low, new Bound(above.decimalValue(), true));
    }
    if (high.isNumber()) {
      shape.high = Bound.lower(shape.high, new Bound(high.decimalValue(), highFlag));
    }
    if (below.isNumber()) {
      shape.high = Bound.lower(shape.high, new Bound(below.decimalValue(), true));
    }
  }

  private static JsonNode number(SchemaAt at, String keyword) {
    JsonNode value = at.schema().path(keyword);
    if (!value.isMissingNode() && !value.isNumber() && !value.isBoolean() && !value.isNull()) {
      throw SchemaReader.refuse(keyword, at, "not a number");
    }
    return value;
  }

  static int count(SchemaAt at, String keyword, int otherwise) {
    JsonNode value = at.schema().path(keyword);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber()
        || value.decimalValue().signum() < 0
        || Shape.typeOf(value) != Shape.INTEGER) {
      throw SchemaReader.refuse(keyword, at, "not a natural number");
    }
    boolean least = keyword.startsWith("min");
    int count = (int) Math.min(value.doubleValue(), Grammar.UNBOUNDED - 1);
    if (least && count > LEAST_MAX) {
      throw SchemaReader.refuse(keyword, at, "more than " + LEAST_MAX + " demanded");
    }
    return count;
  }
}
