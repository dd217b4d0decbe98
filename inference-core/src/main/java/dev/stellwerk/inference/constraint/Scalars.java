package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Numerals.Bound;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The automata of a shape's strings and numbers.
final class Scalars {
  /// Where nothing counts while a text is written, code points are counted in states.
  static final int LENGTH_IN_STATES_MAX = 256;

  private Scalars() {}

  /// Whether any string of some length will do, however it is spelled.
  static boolean isPlainString(Shape shape) {
    return shape.patterns.isEmpty() && shape.excluded.stream().noneMatch(JsonNode::isTextual);
  }

  /// The strings, in canonical form, that a shape admits, whatever their length.
  static Dfa strings(Shape shape, SchemaAt at) {
    Dfa all = shape.patterns.isEmpty() ? JsonText.CANONICAL_STRING : shape.patterns.getFirst();
    for (int i = 1; i < shape.patterns.size(); i++) {
      all = all.and(shape.patterns.get(i), Patterns.DFA_STATES_MAX).withFreeStates();
    }
    List<byte[]> excluded = new ArrayList<>();
    for (JsonNode value : shape.excluded) {
      if (value.isTextual()) {
        excluded.add(value.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    if (!excluded.isEmpty()) {
      all = all.minus(Dfa.ofTexts(excluded), JsonText.STATES_MAX);
    }
    return all;
  }

  /// Whether a shape bounds the length of strings.
  static boolean isBounded(Shape shape) {
    return shape.lengthMin > 0 || shape.lengthMax < Grammar.UNBOUNDED;
  }

  /// The strings, in canonical form, that a shape admits.
  static Dfa boundedStrings(Shape shape, SchemaAt at) {
    Dfa all = strings(shape, at);
    if (!isBounded(shape)) {
      return all;
    }
    boolean bounded = shape.lengthMax < Grammar.UNBOUNDED;
    if (Math.max(shape.lengthMin, bounded ? shape.lengthMax : 0) > LENGTH_IN_STATES_MAX) {
      throw SchemaReader.refuse(
          "propertyNames", at, "not supported with a length above " + LENGTH_IN_STATES_MAX);
    }
    int most = bounded ? shape.lengthMax : Regex.UNBOUNDED;
    return all.and(Patterns.lengths(shape.lengthMin, most), Patterns.DFA_STATES_MAX);
  }

  /// The numbers that a shape admits.
  static Dfa numbers(Shape shape) {
    if (shape.numerals.isEmpty() && shape.excluded.isEmpty()) {
      Object key = Arrays.asList(shape.types & Shape.NUMBER, shape.low, shape.high);
      return Shared.of(key, () -> findNumbers(shape));
    }
    return findNumbers(shape);
  }

  private static Dfa findNumbers(Shape shape) {
    List<JsonNode> excluded = shape.excluded.stream().filter(JsonNode::isNumber).toList();
    boolean plain = shape.low == null && shape.high == null;
    Dfa all;
    if (!shape.has(Shape.FRACTION)) {
      all = plain ? Numerals.ANY_INTEGER : Numerals.integer(shape.low, shape.high);
    } else if (plain
        && (!shape.numerals.isEmpty() || !excluded.isEmpty() || !shape.has(Shape.INTEGER))) {
      all = Numerals.plain();
    } else {
      all = Numerals.number(shape.low, shape.high);
    }
    if (shape.has(Shape.FRACTION) && !shape.has(Shape.INTEGER)) {
      all = all.and(Multiples.not(BigDecimal.ONE), Numerals.STATES_MAX);
    }
    for (Dfa numerals : shape.numerals) {
      all = all.and(numerals, Numerals.STATES_MAX);
    }
    for (JsonNode value : excluded) {
      Bound only = new Bound(value.decimalValue(), false);
      all = all.minus(Numerals.number(only, only), Numerals.STATES_MAX);
    }
    return all;
  }
}
