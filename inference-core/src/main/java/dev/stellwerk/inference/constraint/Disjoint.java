package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Shape.SchemaAt;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Proves that no instance satisfies two alternatives, so that `oneOf` is the same as `anyOf`.
///
/// Sound, not complete: false means only that no proof was found.
final class Disjoint {
  /// How deep members of members are looked at.
  private static final int DEPTH_MAX = 3;

  private Disjoint() {}

  static boolean pairwise(List<List<Shape>> branches, SchemaReader reader) {
    for (int i = 0; i < branches.size(); i++) {
      for (int j = i + 1; j < branches.size(); j++) {
        if (!apart(branches.get(i), branches.get(j), reader)) {
          return false;
        }
      }
    }
    return true;
  }

  /// Whether no instance satisfies a shape of each list.
  static boolean apart(List<Shape> some, List<Shape> others, SchemaReader reader) {
    return apart(some, others, reader, 0);
  }

  private static boolean apart(
      List<Shape> some, List<Shape> others, SchemaReader reader, int depth) {
    for (Shape a : some) {
      for (Shape b : others) {
        if (!apart(a, b, reader, depth)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean apart(Shape a, Shape b, SchemaReader reader, int depth) {
    int shared = types(a) & types(b);
    if (shared == 0) {
      return true;
    }
    List<JsonNode> mine = a.values;
    List<JsonNode> theirs = b.values;
    if (mine != null && theirs != null) {
      return mine.stream().noneMatch(v -> theirs.stream().anyMatch(w -> Shape.sameValue(v, w)));
    }
    return switch (shared) {
      case Shape.OBJECT -> objectsApart(a, b, reader, depth);
      case Shape.STRING -> a.lengthMin > b.lengthMax || b.lengthMin > a.lengthMax;
      case Shape.ARRAY -> a.itemsMin > b.itemsMax || b.itemsMin > a.itemsMax;
      case Shape.INTEGER, Shape.FRACTION, Shape.NUMBER ->
          above(a.low, b.high) || above(b.low, a.high);
      default -> false;
    };
  }

  private static int types(Shape shape) {
    if (shape.values == null) {
      return shape.types;
    }
    int types = 0;
    for (JsonNode value : shape.values) {
      types |= Shape.typeOf(value);
    }
    return types & shape.types;
  }

  private static boolean above(Numerals.@Nullable Bound low, Numerals.@Nullable Bound high) {
    if (low == null || high == null) {
      return false;
    }
    int order = low.value().compareTo(high.value());
    return order > 0 || (order == 0 && (low.exclusive() || high.exclusive()));
  }

  private static boolean objectsApart(Shape a, Shape b, SchemaReader reader, int depth) {
    if (forbidsRequired(a, b) || forbidsRequired(b, a)) {
      return true;
    }
    if (depth == DEPTH_MAX) {
      return false;
    }
    Map<String, List<SchemaAt>> mine = a.namedMembers();
    Map<String, List<SchemaAt>> theirs = b.namedMembers();
    for (String name : mine.keySet()) {
      List<SchemaAt> other = theirs.get(name);
      if (other != null
          && (a.required.contains(name) && b.required.contains(name))
          && apart(reader.read(mine.get(name)), reader.read(other), reader, depth + 1)) {
        return true;
      }
    }
    return false;
  }

  private static boolean forbidsRequired(Shape forbids, Shape requires) {
    return requires.required.stream().anyMatch(forbids::forbids);
  }
}
