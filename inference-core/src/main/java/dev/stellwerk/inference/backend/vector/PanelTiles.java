package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;

/// Products of two groups of rows, widened to [Panels], with four tokens.
///
/// ```
///            panel 0   panel 1
/// token 0      s00       s01       y: [4 tokens][2 groups] vectors,
/// token 1      s10       s11       which the sums start from and end in
/// ...
/// ```
final class PanelTiles {
  static final int TOKENS = 4;

  private PanelTiles() {}

  /// Weights that are floats: one chain of fused multiply-adds a sum, over rising columns.
  static void floats(long p0, long p1, int columns, long x0, long x1, long x2, long x3, long y) {
    FloatVector s00 = load(y);
    FloatVector s01 = load(y + Lanes.BYTES);
    FloatVector s10 = load(y + 2L * Lanes.BYTES);
    FloatVector s11 = load(y + 3L * Lanes.BYTES);
    FloatVector s20 = load(y + 4L * Lanes.BYTES);
    FloatVector s21 = load(y + 5L * Lanes.BYTES);
    FloatVector s30 = load(y + 6L * Lanes.BYTES);
    FloatVector s31 = load(y + 7L * Lanes.BYTES);
    long o = 0;
    for (int i = 0; i < columns; i++) {
      FloatVector w0 = load(p0 + o * Lanes.COUNT);
      FloatVector w1 = load(p1 + o * Lanes.COUNT);
      FloatVector v = broadcast(x0 + o);
      s00 = w0.fma(v, s00);
      s01 = w1.fma(v, s01);
      v = broadcast(x1 + o);
      s10 = w0.fma(v, s10);
      s11 = w1.fma(v, s11);
      v = broadcast(x2 + o);
      s20 = w0.fma(v, s20);
      s21 = w1.fma(v, s21);
      v = broadcast(x3 + o);
      s30 = w0.fma(v, s30);
      s31 = w1.fma(v, s31);
      o += Float.BYTES;
    }
    store(s00, y);
    store(s01, y + Lanes.BYTES);
    store(s10, y + 2L * Lanes.BYTES);
    store(s11, y + 3L * Lanes.BYTES);
    store(s20, y + 4L * Lanes.BYTES);
    store(s21, y + 5L * Lanes.BYTES);
    store(s30, y + 6L * Lanes.BYTES);
    store(s31, y + 7L * Lanes.BYTES);
  }

  /// Weights that are integers: the dots of one step of columns, sums of integers in F32.
  ///
  /// A method of its own, for C2 makes less than half of it together with [#scaled].
  ///
  /// @param columns of the step, 32 or 16
  /// @param x0 address of token 0's codes as F32
  /// @param dots [4 tokens][2 groups] vectors
  static void dots(long p0, long p1, int columns, long x0, long x1, long x2, long x3, long dots) {
    FloatVector s00 = Lanes.zero();
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    long o = 0;
    for (int i = 0; i < columns; i++) {
      FloatVector w0 = load(p0 + o * Lanes.COUNT);
      FloatVector w1 = load(p1 + o * Lanes.COUNT);
      FloatVector v = broadcast(x0 + o);
      s00 = w0.fma(v, s00);
      s01 = w1.fma(v, s01);
      v = broadcast(x1 + o);
      s10 = w0.fma(v, s10);
      s11 = w1.fma(v, s11);
      v = broadcast(x2 + o);
      s20 = w0.fma(v, s20);
      s21 = w1.fma(v, s21);
      v = broadcast(x3 + o);
      s30 = w0.fma(v, s30);
      s31 = w1.fma(v, s31);
      o += Float.BYTES;
    }
    store(s00, dots);
    store(s01, dots + Lanes.BYTES);
    store(s10, dots + 2L * Lanes.BYTES);
    store(s11, dots + 3L * Lanes.BYTES);
    store(s20, dots + 4L * Lanes.BYTES);
    store(s21, dots + 5L * Lanes.BYTES);
    store(s30, dots + 6L * Lanes.BYTES);
    store(s31, dots + 7L * Lanes.BYTES);
  }

  /// The term `a` of [dev.stellwerk.inference.backend.quant.Int8Row] from dots and scales.
  ///
  /// @param dots [steps][4 tokens][2 groups] vectors
  /// @param blockSteps how many steps share a token's scale, 1 or 2
  /// @param d0 address of panel 0's scales, a vector a step
  /// @param x0 address of token 0's scales
  static void scaled(
      long dots,
      int steps,
      int blockSteps,
      long d0,
      long d1,
      long x0,
      long x1,
      long x2,
      long x3,
      long y) {
    for (int token = 0; token < TOKENS; token++) {
      long x = token == 0 ? x0 : token == 1 ? x1 : token == 2 ? x2 : x3;
      long to = y + 2L * token * Lanes.BYTES;
      FloatVector s0 = load(to);
      FloatVector s1 = load(to + Lanes.BYTES);
      long p = dots + 2L * token * Lanes.BYTES;
      for (int i = 0; i < steps; i++) {
        FloatVector v = broadcast(x + 4L * (i / blockSteps));
        long d = (long) i * Lanes.BYTES;
        s0 = load(d0 + d).mul(v).fma(load(p), s0);
        s1 = load(d1 + d).mul(v).fma(load(p + Lanes.BYTES), s1);
        p += 2L * TOKENS * Lanes.BYTES;
      }
      store(s0, to);
      store(s1, to + Lanes.BYTES);
    }
  }
}
