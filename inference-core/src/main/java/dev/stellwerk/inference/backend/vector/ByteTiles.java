package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.broadcastPair;
import static dev.stellwerk.inference.backend.vector.Lanes.first;
import static dev.stellwerk.inference.backend.vector.Lanes.floats;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.pairs;
import static dev.stellwerk.inference.backend.vector.Lanes.second;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import dev.stellwerk.inference.platform.Memory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/// Products of one group of rows of quantised weights in [LaneLayout] with one token, as
/// [dev.stellwerk.inference.backend.quant.Int8Row] defines them. Codes are bytes.
///
/// ```
/// weights   row 0: w0 w1 | row 1: w0 w1 | ...     bytes, widened to shorts
/// token            x0 x1 |        x0 x1 | ...     shorts, one pair in all lanes
/// products       w0*x0 w1*x1 | ...                2 * 128 * 127 fits into a short: two pairs are added
/// sums      a lane's two shorts are widened to ints and summed up to the end of the block
/// ```
final class ByteTiles {
  /// What a step of the inner loops takes: four columns.
  private static final int STEP = 4 * Lanes.COUNT;

  private static final int STEPS = 8;

  private ByteTiles() {}

  /// Weights with a scale for 32 columns.
  ///
  /// @param group its address
  /// @param halfScales whether scales are in half precision
  /// @param x address of the token's codes
  /// @param xScales of its scales
  /// @param xSums of its sums, one a block
  static void whole(
      long group,
      boolean halfScales,
      boolean minimums,
      int blocks,
      long x,
      long xScales,
      long xSums,
      long y) {
    FloatVector a = Lanes.zero();
    FloatVector b = a;
    long w = group;
    long o = x;
    for (int block = 0; block < blocks; block++) {
      IntVector even = Lanes.zeroInts();
      IntVector odd = even;
      for (int i = 0; i < STEPS; i++) {
        ShortVector products =
            pairs(w).mul(broadcastPair(o)).add(pairs(w + STEP / 2).mul(broadcastPair(o + 4)));
        even = first(products).add(even);
        odd = second(products).add(odd);
        w += STEP;
        o += 8;
      }
      FloatVector scale = halfScales ? Lanes.halves(w) : load(w);
      a = floats(even.add(odd)).fma(scale.mul(Memory.getFloat(xScales + 4L * block)), a);
      w += halfScales ? Lanes.BYTES / 2 : Lanes.BYTES;
      if (minimums) {
        b = load(w).fma(broadcast(xSums + 4L * block), b);
        w += Lanes.BYTES;
      }
    }
    store(a.sub(b), y);
  }

  /// Weights with a scale for 16 columns, in F32.
  ///
  /// @param xSums of its sums, two a block
  static void split(
      long group, boolean minimums, int blocks, long x, long xScales, long xSums, long y) {
    FloatVector a = Lanes.zero();
    FloatVector b = a;
    long w = group;
    long o = x;
    for (int half = 0; half < 2 * blocks; half++) {
      IntVector even = Lanes.zeroInts();
      IntVector odd = even;
      for (int i = 0; i < STEPS / 2; i++) {
        ShortVector products =
            pairs(w).mul(broadcastPair(o)).add(pairs(w + STEP / 2).mul(broadcastPair(o + 4)));
        even = first(products).add(even);
        odd = second(products).add(odd);
        w += STEP;
        o += 8;
      }
      // After the first half follow 16 more columns, and then the scales of both halves.
      long scales = half % 2 == 0 ? w + STEPS / 2L * STEP : w + Lanes.BYTES;
      FloatVector scale = load(scales).mul(Memory.getFloat(xScales + 4L * (half / 2)));
      a = floats(even.add(odd)).fma(scale, a);
      if (minimums) {
        b = load(scales + 2L * Lanes.BYTES).fma(broadcast(xSums + 4L * half), b);
      }
      if (half % 2 == 1) {
        w += (minimums ? 4L : 2L) * Lanes.BYTES;
      }
    }
    store(a.sub(b), y);
  }
}
