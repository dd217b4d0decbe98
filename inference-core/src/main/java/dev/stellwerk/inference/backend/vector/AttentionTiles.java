package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;

/// The product that both halves of attention are made of: rows of numbers, each a factor for the
/// vectors of a sequence.
///
/// Every lane of every accumulator sums in rising order with one fused multiply-add each, so its
/// bits depend on neither the other lanes nor the other rows.
final class AttentionTiles {
  /// Rows of a tile.
  static final int ROWS = 8;

  /// Rows, and vectors side by side, of a tile for few rows.
  static final int FEW_ROWS = 2;

  static final int FEW_VECTORS = 4;

  private AttentionTiles() {}

  /// `y[r] += sum over i of x[r][i] * vectors[i]`, for eight rows.
  ///
  /// @param vectorStep bytes between vectors
  /// @param count of vectors
  /// @param xRow bytes between two rows of factors; the factors of a row follow each other
  /// @param yRow bytes between two rows of sums
  /// @param accumulate whether the sums start from what y holds, else from zero
  static void eight(
      long vectors,
      long vectorStep,
      int count,
      long x,
      long xRow,
      long y,
      long yRow,
      boolean accumulate) {
    long x1 = x + xRow;
    long x2 = x1 + xRow;
    long x3 = x2 + xRow;
    long x4 = x3 + xRow;
    long x5 = x4 + xRow;
    long x6 = x5 + xRow;
    long x7 = x6 + xRow;
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
      s1 = load(y + yRow);
      s2 = load(y + 2 * yRow);
      s3 = load(y + 3 * yRow);
      s4 = load(y + 4 * yRow);
      s5 = load(y + 5 * yRow);
      s6 = load(y + 6 * yRow);
      s7 = load(y + 7 * yRow);
    }
    long w = vectors;
    long o = 0;
    for (int i = 0; i < count; i++) {
      FloatVector v = load(w);
      s0 = v.fma(broadcast(x + o), s0);
      s1 = v.fma(broadcast(x1 + o), s1);
      s2 = v.fma(broadcast(x2 + o), s2);
      s3 = v.fma(broadcast(x3 + o), s3);
      s4 = v.fma(broadcast(x4 + o), s4);
      s5 = v.fma(broadcast(x5 + o), s5);
      s6 = v.fma(broadcast(x6 + o), s6);
      s7 = v.fma(broadcast(x7 + o), s7);
      w += vectorStep;
      o += Float.BYTES;
    }
    store(s0, y);
    store(s1, y + yRow);
    store(s2, y + 2 * yRow);
    store(s3, y + 3 * yRow);
    store(s4, y + 4 * yRow);
    store(s5, y + 5 * yRow);
    store(s6, y + 6 * yRow);
    store(s7, y + 7 * yRow);
  }

  /// The same for two rows and four sequences of vectors side by side, so that few rows leave no
  /// accumulator idle: `y[r][s] += sum over i of x[r][i] * vectors[s][i]`.
  ///
  /// @param v0 the first vector of each sequence
  /// @param yRow bytes between two rows of sums; the sums of a row follow each other
  static void two(
      long v0,
      long v1,
      long v2,
      long v3,
      long vectorStep,
      int count,
      long x,
      long xRow,
      long y,
      long yRow,
      boolean accumulate) {
    long z = y + yRow;
    FloatVector a0 = Lanes.zero();
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    if (accumulate) {
      a0 = load(y);
      a1 = load(y + Lanes.BYTES);
      a2 = load(y + 2L * Lanes.BYTES);
      a3 = load(y + 3L * Lanes.BYTES);
      b0 = load(z);
      b1 = load(z + Lanes.BYTES);
      b2 = load(z + 2L * Lanes.BYTES);
      b3 = load(z + 3L * Lanes.BYTES);
    }
    long w = 0;
    long o = x;
    for (int i = 0; i < count; i++) {
      FloatVector f = broadcast(o);
      FloatVector g = broadcast(o + xRow);
      FloatVector v = load(v0 + w);
      a0 = v.fma(f, a0);
      b0 = v.fma(g, b0);
      v = load(v1 + w);
      a1 = v.fma(f, a1);
      b1 = v.fma(g, b1);
      v = load(v2 + w);
      a2 = v.fma(f, a2);
      b2 = v.fma(g, b2);
      v = load(v3 + w);
      a3 = v.fma(f, a3);
      b3 = v.fma(g, b3);
      w += vectorStep;
      o += Float.BYTES;
    }
    store(a0, y);
    store(a1, y + Lanes.BYTES);
    store(a2, y + 2L * Lanes.BYTES);
    store(a3, y + 3L * Lanes.BYTES);
    store(b0, z);
    store(b1, z + Lanes.BYTES);
    store(b2, z + 2L * Lanes.BYTES);
    store(b3, z + 3L * Lanes.BYTES);
  }
}
