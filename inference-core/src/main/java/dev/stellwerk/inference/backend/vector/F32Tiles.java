package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;

/// Products with F32 weights in [LaneLayout]. Every lane of every accumulator sums over the columns
/// in rising order with one fused multiply-add each, whatever the tile.
final class F32Tiles {
  private F32Tiles() {}

  /// One group of rows, eight tokens.
  ///
  /// @param xToken bytes between two tokens' inputs
  /// @param xColumn bytes between two columns of an input
  /// @param yToken bytes between two tokens' outputs
  /// @param accumulate whether the sums start from what y holds
  static void eight(
      long weights,
      int columns,
      long x,
      long xToken,
      long xColumn,
      long y,
      long yToken,
      boolean accumulate) {
    long x1 = x + xToken;
    long x2 = x1 + xToken;
    long x3 = x2 + xToken;
    long x4 = x3 + xToken;
    long x5 = x4 + xToken;
    long x6 = x5 + xToken;
    long x7 = x6 + xToken;
    FloatVector s0 = Lanes.zero();
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    if (accumulate) {
      s0 = load(y);
      s1 = load(y + yToken);
      s2 = load(y + 2 * yToken);
      s3 = load(y + 3 * yToken);
      s4 = load(y + 4 * yToken);
      s5 = load(y + 5 * yToken);
      s6 = load(y + 6 * yToken);
      s7 = load(y + 7 * yToken);
    }
    long w = weights;
    long o = 0;
    for (int i = 0; i < columns; i++) {
      FloatVector v = load(w);
      s0 = v.fma(broadcast(x + o), s0);
      s1 = v.fma(broadcast(x1 + o), s1);
      s2 = v.fma(broadcast(x2 + o), s2);
      s3 = v.fma(broadcast(x3 + o), s3);
      s4 = v.fma(broadcast(x4 + o), s4);
      s5 = v.fma(broadcast(x5 + o), s5);
      s6 = v.fma(broadcast(x6 + o), s6);
      s7 = v.fma(broadcast(x7 + o), s7);
      w += Lanes.BYTES;
      o += xColumn;
    }
    store(s0, y);
    store(s1, y + yToken);
    store(s2, y + 2 * yToken);
    store(s3, y + 3 * yToken);
    store(s4, y + 4 * yToken);
    store(s5, y + 5 * yToken);
    store(s6, y + 6 * yToken);
    store(s7, y + 7 * yToken);
  }

  /// Four groups of rows, one token.
  static void four(long weights, long groupBytes, int columns, long x, long y) {
    FloatVector s0 = Lanes.zero();
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long w0 = weights;
    long w1 = w0 + groupBytes;
    long w2 = w1 + groupBytes;
    long w3 = w2 + groupBytes;
    for (int i = 0; i < columns; i++) {
      FloatVector v = broadcast(x + 4L * i);
      s0 = load(w0).fma(v, s0);
      s1 = load(w1).fma(v, s1);
      s2 = load(w2).fma(v, s2);
      s3 = load(w3).fma(v, s3);
      w0 += Lanes.BYTES;
      w1 += Lanes.BYTES;
      w2 += Lanes.BYTES;
      w3 += Lanes.BYTES;
    }
    store(s0, y);
    store(s1, y + Lanes.BYTES);
    store(s2, y + 2L * Lanes.BYTES);
    store(s3, y + 3L * Lanes.BYTES);
  }
}
