package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// Products with Q4_0 weights in [LaneLayout]. A weight is expanded to `(q - 8) * scale`, computed
/// as `q * scale - 8 * scale`, which is exact in F32; columns are summed in the order 0, 16, 1, 17,
/// ... of each block.
final class Q4Tiles {
  private static final int PAIRS = LaneLayout.BLOCK / 2;
  private static final long VALUE_BYTES = (long) PAIRS * Lanes.COUNT;
  private static final long BLOCK_BYTES = VALUE_BYTES + Lanes.BYTES;

  /// From a column to the one in the high half of its pair, in bytes of an input.
  private static final long HIGH = (long) PAIRS * Float.BYTES;

  private Q4Tiles() {}

  /// One group of rows, eight tokens; see [F32Tiles#eight].
  static void eight(long weights, int columns, long x, long xToken, long y, long yToken) {
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
    long w = weights;
    long o = 0;
    for (int block = 0; block < columns; block += LaneLayout.BLOCK) {
      FloatVector scale = load(w + VALUE_BYTES);
      FloatVector offset = scale.mul(-8f);
      for (int i = 0; i < PAIRS; i++) {
        IntVector pairs = Lanes.unsigned(w + (long) i * Lanes.COUNT);
        FloatVector v = Lanes.low(pairs).fma(scale, offset);
        s0 = v.fma(broadcast(x + o), s0);
        s1 = v.fma(broadcast(x1 + o), s1);
        s2 = v.fma(broadcast(x2 + o), s2);
        s3 = v.fma(broadcast(x3 + o), s3);
        s4 = v.fma(broadcast(x4 + o), s4);
        s5 = v.fma(broadcast(x5 + o), s5);
        s6 = v.fma(broadcast(x6 + o), s6);
        s7 = v.fma(broadcast(x7 + o), s7);
        FloatVector u = Lanes.high(pairs).fma(scale, offset);
        long h = o + HIGH;
        s0 = u.fma(broadcast(x + h), s0);
        s1 = u.fma(broadcast(x1 + h), s1);
        s2 = u.fma(broadcast(x2 + h), s2);
        s3 = u.fma(broadcast(x3 + h), s3);
        s4 = u.fma(broadcast(x4 + h), s4);
        s5 = u.fma(broadcast(x5 + h), s5);
        s6 = u.fma(broadcast(x6 + h), s6);
        s7 = u.fma(broadcast(x7 + h), s7);
        o += Float.BYTES;
      }
      o += HIGH;
      w += BLOCK_BYTES;
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
    long w = weights;
    long o = x;
    for (int block = 0; block < columns; block += LaneLayout.BLOCK) {
      FloatVector d0 = load(w + VALUE_BYTES);
      FloatVector d1 = load(w + groupBytes + VALUE_BYTES);
      FloatVector d2 = load(w + 2 * groupBytes + VALUE_BYTES);
      FloatVector d3 = load(w + 3 * groupBytes + VALUE_BYTES);
      FloatVector e0 = d0.mul(-8f);
      FloatVector e1 = d1.mul(-8f);
      FloatVector e2 = d2.mul(-8f);
      FloatVector e3 = d3.mul(-8f);
      for (int i = 0; i < PAIRS; i++) {
        long column = w + (long) i * Lanes.COUNT;
        FloatVector v = broadcast(o);
        FloatVector u = broadcast(o + HIGH);
        IntVector p0 = Lanes.unsigned(column);
        IntVector p1 = Lanes.unsigned(column + groupBytes);
        IntVector p2 = Lanes.unsigned(column + 2 * groupBytes);
        IntVector p3 = Lanes.unsigned(column + 3 * groupBytes);
        s0 = Lanes.high(p0).fma(d0, e0).fma(u, Lanes.low(p0).fma(d0, e0).fma(v, s0));
        s1 = Lanes.high(p1).fma(d1, e1).fma(u, Lanes.low(p1).fma(d1, e1).fma(v, s1));
        s2 = Lanes.high(p2).fma(d2, e2).fma(u, Lanes.low(p2).fma(d2, e2).fma(v, s2));
        s3 = Lanes.high(p3).fma(d3, e3).fma(u, Lanes.low(p3).fma(d3, e3).fma(v, s3));
        o += Float.BYTES;
      }
      o += HIGH;
      w += BLOCK_BYTES;
    }
    store(s0, y);
    store(s1, y + Lanes.BYTES);
    store(s2, y + 2L * Lanes.BYTES);
    store(s3, y + 3L * Lanes.BYTES);
  }
}
