package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.bytes;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;

/// Products with Q8_0 weights in [LaneLayout]. A weight is expanded to `q * scale`, which is exact
/// in F32 (8 and 11 significant bits), and then summed as [F32Tiles] does.
final class Q8Tiles {
  private static final int BLOCK = LaneLayout.BLOCK;
  private static final long VALUE_BYTES = (long) BLOCK * Lanes.COUNT;
  private static final long BLOCK_BYTES = VALUE_BYTES + Lanes.BYTES;

  private Q8Tiles() {}

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
    for (int block = 0; block < columns; block += BLOCK) {
      FloatVector scale = load(w + VALUE_BYTES);
      for (int i = 0; i < BLOCK; i++) {
        FloatVector v = bytes(w + (long) i * Lanes.COUNT).mul(scale);
        s0 = v.fma(broadcast(x + o), s0);
        s1 = v.fma(broadcast(x1 + o), s1);
        s2 = v.fma(broadcast(x2 + o), s2);
        s3 = v.fma(broadcast(x3 + o), s3);
        s4 = v.fma(broadcast(x4 + o), s4);
        s5 = v.fma(broadcast(x5 + o), s5);
        s6 = v.fma(broadcast(x6 + o), s6);
        s7 = v.fma(broadcast(x7 + o), s7);
        o += Float.BYTES;
      }
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
    long w0 = weights;
    long w1 = w0 + groupBytes;
    long w2 = w1 + groupBytes;
    long w3 = w2 + groupBytes;
    long o = x;
    for (int block = 0; block < columns; block += BLOCK) {
      FloatVector d0 = load(w0 + VALUE_BYTES);
      FloatVector d1 = load(w1 + VALUE_BYTES);
      FloatVector d2 = load(w2 + VALUE_BYTES);
      FloatVector d3 = load(w3 + VALUE_BYTES);
      for (int i = 0; i < BLOCK; i++) {
        FloatVector v = broadcast(o);
        long column = (long) i * Lanes.COUNT;
        s0 = bytes(w0 + column).mul(d0).fma(v, s0);
        s1 = bytes(w1 + column).mul(d1).fma(v, s1);
        s2 = bytes(w2 + column).mul(d2).fma(v, s2);
        s3 = bytes(w3 + column).mul(d3).fma(v, s3);
        o += Float.BYTES;
      }
      w0 += BLOCK_BYTES;
      w1 += BLOCK_BYTES;
      w2 += BLOCK_BYTES;
      w3 += BLOCK_BYTES;
    }
    store(s0, y);
    store(s1, y + Lanes.BYTES);
    store(s2, y + 2L * Lanes.BYTES);
    store(s3, y + 3L * Lanes.BYTES);
  }
}
