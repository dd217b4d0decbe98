package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.nibbles;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;

/// Products with Q4_0 weights in [LaneLayout]. A weight is expanded to `(q - 8) * scale`, computed
/// as `q * scale - 8 * scale`, which is exact in F32, and then summed as [F32Tiles] does.
///
/// The halves of the pairs take turns in one loop. Both at once would read each byte once only, but
/// are more code than C2 inlines into one method, and what it does not inline is twenty times
/// slower.
final class Q4Tiles {
  private static final int PAIRS = LaneLayout.BLOCK / 2;
  private static final long VALUE_BYTES = (long) PAIRS * Lanes.COUNT;
  private static final long BLOCK_BYTES = VALUE_BYTES + Lanes.BYTES;

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
      for (int shift = 0; shift < 8; shift += 4) {
        for (int i = 0; i < PAIRS; i++) {
          FloatVector v = nibbles(w + (long) i * Lanes.COUNT, shift).fma(scale, offset);
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
      for (int shift = 0; shift < 8; shift += 4) {
        for (int i = 0; i < PAIRS; i++) {
          long column = w + (long) i * Lanes.COUNT;
          FloatVector v = broadcast(o);
          s0 = nibbles(column, shift).fma(d0, e0).fma(v, s0);
          s1 = nibbles(column + groupBytes, shift).fma(d1, e1).fma(v, s1);
          s2 = nibbles(column + 2 * groupBytes, shift).fma(d2, e2).fma(v, s2);
          s3 = nibbles(column + 3 * groupBytes, shift).fma(d3, e3).fma(v, s3);
          o += Float.BYTES;
        }
      }
      w += BLOCK_BYTES;
    }
    store(s0, y);
    store(s1, y + Lanes.BYTES);
    store(s2, y + 2L * Lanes.BYTES);
    store(s3, y + 3L * Lanes.BYTES);
  }
}
