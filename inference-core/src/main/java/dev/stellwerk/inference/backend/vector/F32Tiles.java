package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;

/// Products with F32 weights in [LaneLayout]. Every lane of every accumulator sums over the columns
/// in rising order with one fused multiply-add each, whatever the tile.
final class F32Tiles {
  private F32Tiles() {}

  /// Four groups of rows, one token.
  ///
  /// @param w0 address of the first group; the same one may come several times
  /// @param y four vectors
  static void four(long w0, long w1, long w2, long w3, int columns, long x, long y) {
    FloatVector s0 = Lanes.zero();
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long o = 0;
    for (int i = 0; i < columns; i++) {
      FloatVector v = broadcast(x + 4L * i);
      s0 = load(w0 + o).fma(v, s0);
      s1 = load(w1 + o).fma(v, s1);
      s2 = load(w2 + o).fma(v, s2);
      s3 = load(w3 + o).fma(v, s3);
      o += Lanes.BYTES;
    }
    store(s0, y);
    store(s1, y + Lanes.BYTES);
    store(s2, y + 2L * Lanes.BYTES);
    store(s3, y + 3L * Lanes.BYTES);
  }
}
