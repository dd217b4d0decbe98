package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.first;
import static dev.stellwerk.inference.backend.vector.Lanes.floats;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.pairs;
import static dev.stellwerk.inference.backend.vector.Lanes.second;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import dev.stellwerk.inference.backend.DType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;

/// Weights of one group widened to F32, a vector a column, which pays when several tokens use them.
final class Panels {
  private Panels() {}

  /// Widens the integers of quantised weights, without their scales.
  ///
  /// @param codes address of the first column's codes
  static void codes(long codes, int columns, long panel) {
    long w = codes;
    long p = panel;
    for (int i = 0; i < columns; i += 2) {
      ShortVector both = pairs(w);
      store(floats(first(both)), p);
      store(floats(second(both)), p + Lanes.BYTES);
      w += 2L * Lanes.COUNT;
      p += 2L * Lanes.BYTES;
    }
  }

  /// Widens half-precision numbers: F16 weights, or scales.
  static void halves(long from, int count, long panel) {
    for (int i = 0; i < count; i++) {
      store(Lanes.halves(from + (long) i * (Lanes.BYTES / 2)), panel + (long) i * Lanes.BYTES);
    }
  }

  /// Widens BF16 weights.
  static void upperHalves(long from, int count, long panel) {
    for (int i = 0; i < count; i++) {
      store(Lanes.upperHalves(from + (long) i * (Lanes.BYTES / 2)), panel + (long) i * Lanes.BYTES);
    }
  }

  /// Turns a panel of codes into one of values.
  ///
  /// @param scales a panel of them
  /// @param minimums a panel of them, where the type has any
  static void scale(DType type, int columns, long scales, long minimums, long panel) {
    int step = type.scaleColumns();
    for (int i = 0; i < columns; i++) {
      long scale = scales + (long) (i / step) * Lanes.BYTES;
      long at = panel + (long) i * Lanes.BYTES;
      FloatVector value = load(at).mul(load(scale));
      if (type.hasMinimum()) {
        value = value.sub(load(minimums + (long) (i / step) * Lanes.BYTES));
      }
      store(value, at);
    }
  }
}
