package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.halves;
import static dev.stellwerk.inference.backend.vector.Lanes.store;
import static dev.stellwerk.inference.backend.vector.Lanes.upperHalves;

import jdk.incubator.vector.FloatVector;

/// Products of four groups of rows of 16-bit weights in [LaneLayout] with one token. Weights are
/// widened exactly, and then summed as [F32Tiles] does.
final class HalfTiles {
  private static final int BYTES = Lanes.BYTES / 2;

  private HalfTiles() {}

  /// F16; see [F32Tiles#four].
  static void half(long w0, long w1, long w2, long w3, int columns, long x, long y) {
    FloatVector s0 = Lanes.zero();
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long o = 0;
    for (int i = 0; i < columns; i++) {
      FloatVector v = broadcast(x + 4L * i);
      s0 = halves(w0 + o).fma(v, s0);
      s1 = halves(w1 + o).fma(v, s1);
      s2 = halves(w2 + o).fma(v, s2);
      s3 = halves(w3 + o).fma(v, s3);
      o += BYTES;
    }
    store(s0, y);
    store(s1, y + Lanes.BYTES);
    store(s2, y + 2L * Lanes.BYTES);
    store(s3, y + 3L * Lanes.BYTES);
  }

  /// BF16; see [F32Tiles#four].
  static void brain(long w0, long w1, long w2, long w3, int columns, long x, long y) {
    FloatVector s0 = Lanes.zero();
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long o = 0;
    for (int i = 0; i < columns; i++) {
      FloatVector v = broadcast(x + 4L * i);
      s0 = upperHalves(w0 + o).fma(v, s0);
      s1 = upperHalves(w1 + o).fma(v, s1);
      s2 = upperHalves(w2 + o).fma(v, s2);
      s3 = upperHalves(w3 + o).fma(v, s3);
      o += BYTES;
    }
    store(s0, y);
    store(s1, y + Lanes.BYTES);
    store(s2, y + 2L * Lanes.BYTES);
    store(s3, y + 3L * Lanes.BYTES);
  }
}
