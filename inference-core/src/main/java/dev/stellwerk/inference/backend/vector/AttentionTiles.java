package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;

/// The product that both halves of attention are made of: eight rows of numbers, each a factor for
/// the vectors of a sequence.
///
/// Every lane of every accumulator sums in rising order with one fused multiply-add each, so its
/// bits depend on neither the other lanes nor the other rows.
final class AttentionTiles {
  /// Rows of a tile.
  static final int ROWS = 8;

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
}
