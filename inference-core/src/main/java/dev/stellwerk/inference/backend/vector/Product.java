package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.platform.Memory;

/// A part of a product of one matrix with a batch of tokens: the unit of work that threads share.
///
/// A unit is four groups of rows. Few tokens are taken one by one with four groups at a time, which
/// is bound by reading the weights; eight or more are taken eight at a time with one group, which
/// reads each weight once for eight. Edges are covered by a tile that overlaps its neighbour and
/// computes the same bits again, so there are no remainder kernels.
final class Product {
  static final int UNIT_GROUPS = 4;
  static final int TILE_TOKENS = 8;

  private Product() {}

  /// How many units a matrix of so many rows has.
  static int units(int rows) {
    return (LaneLayout.groups(rows) + UNIT_GROUPS - 1) / UNIT_GROUPS;
  }

  /// Scratch memory that [#run] needs.
  static long scratchBytes() {
    return (long) TILE_TOKENS * Lanes.BYTES;
  }

  /// Computes one unit for the tokens from `from` to `to` of `n`.
  ///
  /// @param matrix address in [LaneLayout]
  /// @param x address of token 0's input
  /// @param xToken bytes between inputs
  /// @param y address of token 0's output
  /// @param yToken bytes between outputs
  /// @param scratch address of [#scratchBytes]
  static void run(
      DType type,
      long matrix,
      int rows,
      int columns,
      int unit,
      long x,
      long xToken,
      int from,
      int to,
      int n,
      long y,
      long yToken,
      long scratch) {
    long groupBytes = LaneLayout.groupBytes(type, columns);
    int groups = LaneLayout.groups(rows);
    int first = unit * UNIT_GROUPS;
    int last = Math.min(groups, first + UNIT_GROUPS);
    boolean fours = n < TILE_TOKENS && groups >= UNIT_GROUPS;
    if (fours && last - first < UNIT_GROUPS) {
      first = last - UNIT_GROUPS;
    }
    boolean whole = last * Lanes.COUNT <= rows;
    if (fours && whole) {
      for (int t = from; t < to; t++) {
        long out = y + t * yToken + (long) first * Lanes.BYTES;
        four(type, matrix + first * groupBytes, groupBytes, columns, x + t * xToken, out);
      }
      return;
    }
    for (int group = first; group < last; group++) {
      long weights = matrix + group * groupBytes;
      int valid = Math.min(Lanes.COUNT, rows - group * Lanes.COUNT);
      long out = y + (long) group * Lanes.BYTES;
      if (n < TILE_TOKENS) {
        for (int t = from; t < to; t++) {
          eight(type, weights, columns, x + t * xToken, 0, out + t * yToken, 0, valid, scratch);
        }
      } else {
        for (int t = from; t < to; t += TILE_TOKENS) {
          int start = Math.min(t, n - TILE_TOKENS);
          eight(
              type,
              weights,
              columns,
              x + start * xToken,
              xToken,
              out + start * yToken,
              yToken,
              valid,
              scratch);
        }
      }
    }
  }

  /// One tile of eight tokens, of whose lanes only the first `valid` have a place in y.
  private static void eight(
      DType type,
      long weights,
      int columns,
      long x,
      long xToken,
      long y,
      long yToken,
      int valid,
      long scratch) {
    boolean whole = valid == Lanes.COUNT;
    long out = whole ? y : scratch;
    long outToken = whole ? yToken : Lanes.BYTES;
    switch (type) {
      case F32 -> F32Tiles.eight(weights, columns, x, xToken, 4, out, outToken, false);
      case Q8_0 -> Q8Tiles.eight(weights, columns, x, xToken, out, outToken);
      case Q4_0 -> Q4Tiles.eight(weights, columns, x, xToken, out, outToken);
    }
    if (!whole) {
      for (int t = 0; t < TILE_TOKENS; t++) {
        Memory.copy(scratch + (long) t * Lanes.BYTES, y + t * yToken, 4L * valid);
      }
    }
  }

  private static void four(DType type, long weights, long groupBytes, int columns, long x, long y) {
    switch (type) {
      case F32 -> F32Tiles.four(weights, groupBytes, columns, x, y);
      case Q8_0 -> Q8Tiles.four(weights, groupBytes, columns, x, y);
      case Q4_0 -> Q4Tiles.four(weights, groupBytes, columns, x, y);
    }
  }
}
