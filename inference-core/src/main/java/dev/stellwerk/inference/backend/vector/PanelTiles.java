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

  /// Weights that are integers: the term `a` of [dev.stellwerk.inference.backend.quant.Int8Row].
  /// The dots are sums of integers in F32.
  ///
  /// @param d0 address of panel 0's scales, a vector a step
  /// @param step columns that share a scale, 32 or 16
  /// @param x0 address of token 0's codes as F32
  /// @param scales offset of a token's scales, one for 32 columns, from its codes
  static void integers(
      long p0,
      long p1,
      long d0,
      long d1,
      int columns,
      int step,
      long x0,
      long x1,
      long x2,
      long x3,
      long scales,
      long y) {
    long o = 0;
    long d = 0;
    for (int column = 0; column < columns; column += step) {
      FloatVector s00 = Lanes.zero();
      FloatVector s01 = s00;
      FloatVector s10 = s00;
      FloatVector s11 = s00;
      FloatVector s20 = s00;
      FloatVector s21 = s00;
      FloatVector s30 = s00;
      FloatVector s31 = s00;
      for (int i = 0; i < step; i++) {
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
      FloatVector w0 = load(d0 + d);
      FloatVector w1 = load(d1 + d);
      long scale = scales + 4L * (column / 32);
      FloatVector v = broadcast(x0 + scale);
      store(w0.mul(v).fma(s00, load(y)), y);
      store(w1.mul(v).fma(s01, load(y + Lanes.BYTES)), y + Lanes.BYTES);
      v = broadcast(x1 + scale);
      store(w0.mul(v).fma(s10, load(y + 2L * Lanes.BYTES)), y + 2L * Lanes.BYTES);
      store(w1.mul(v).fma(s11, load(y + 3L * Lanes.BYTES)), y + 3L * Lanes.BYTES);
      v = broadcast(x2 + scale);
      store(w0.mul(v).fma(s20, load(y + 4L * Lanes.BYTES)), y + 4L * Lanes.BYTES);
      store(w1.mul(v).fma(s21, load(y + 5L * Lanes.BYTES)), y + 5L * Lanes.BYTES);
      v = broadcast(x3 + scale);
      store(w0.mul(v).fma(s30, load(y + 6L * Lanes.BYTES)), y + 6L * Lanes.BYTES);
      store(w1.mul(v).fma(s31, load(y + 7L * Lanes.BYTES)), y + 7L * Lanes.BYTES);
      d += Lanes.BYTES;
    }
  }
}
