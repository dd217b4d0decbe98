package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.first;
import static dev.stellwerk.inference.backend.vector.Lanes.floats;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.pairs;
import static dev.stellwerk.inference.backend.vector.Lanes.second;
import static dev.stellwerk.inference.backend.vector.Lanes.store;
import static dev.stellwerk.inference.backend.vector.Lanes.unsignedPairs;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.quant.Mxfp4;
import dev.stellwerk.inference.backend.quant.WeightBlock;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/// Weights of one group widened to F32, a vector a column, which pays when several tokens use them.
final class Panels {
  private static final int BLOCK = WeightBlock.COLUMNS;
  private static final long BLOCK_BYTES = (long) BLOCK * Lanes.BYTES;
  private static final int PAIR_BYTES = 2 * Lanes.COUNT;

  /// What the nibbles of MXFP4 stand for.
  static final ShortVector MXFP4 = Lanes.table(Mxfp4::value);

  private Panels() {}

  /// Widens the integers of quantised weights, without their scales.
  ///
  /// @param block address of the first block
  static void codes(DType type, long block, int blocks, long panel) {
    int bytes = LaneLayout.blockBytes(type);
    for (int i = 0; i < blocks; i++) {
      long from = block + (long) i * bytes;
      long to = panel + (long) i * BLOCK_BYTES;
      if (!LaneLayout.nibbles(type)) {
        bytes(from, to);
      } else if (type == DType.MXFP4) {
        coded(from, MXFP4, to);
      } else {
        nibbles(from, LaneLayout.offset(type), to);
      }
    }
  }

  private static void bytes(long from, long to) {
    for (int i = 0; i < BLOCK / 2; i++) {
      put(pairs(from + (long) i * PAIR_BYTES), to + 2L * i * Lanes.BYTES);
    }
  }

  private static void nibbles(long from, int offset, long to) {
    for (int i = 0; i < BLOCK / 4; i++) {
      ShortVector both = unsignedPairs(from + (long) i * PAIR_BYTES);
      long at = to + 2L * i * Lanes.BYTES;
      put(both.and((short) 15).sub((short) offset), at);
      put(both.lanewise(VectorOperators.LSHR, 4).sub((short) offset), at + BLOCK_BYTES / 2);
    }
  }

  private static void coded(long from, ShortVector table, long to) {
    for (int i = 0; i < BLOCK / 4; i++) {
      ShortVector both = unsignedPairs(from + (long) i * PAIR_BYTES);
      long at = to + 2L * i * Lanes.BYTES;
      put(both.and((short) 15).selectFrom(table), at);
      put(both.lanewise(VectorOperators.LSHR, 4).selectFrom(table), at + BLOCK_BYTES / 2);
    }
  }

  /// Writes two columns.
  private static void put(ShortVector both, long to) {
    store(floats(first(both)), to);
    store(floats(second(both)), to + Lanes.BYTES);
  }

  /// Widens scales, or copies minimums, a vector for each step of columns that share them.
  ///
  /// @param from address of the first block's
  /// @param blockBytes between two blocks
  /// @param parts of a block
  static void steps(boolean half, long from, int blockBytes, int blocks, int parts, long panel) {
    long to = panel;
    for (int block = 0; block < blocks; block++) {
      for (int part = 0; part < parts; part++) {
        long at = from + (long) block * blockBytes + (long) part * Lanes.BYTES;
        store(half ? Lanes.halves(at) : load(at), to);
        to += Lanes.BYTES;
      }
    }
  }

  /// Widens F16 weights.
  static void halves(long from, int count, long panel) {
    for (int i = 0; i < count; i++) {
      store(Lanes.halves(from + (long) i * (Lanes.BYTES / 2)), panel + (long) i * Lanes.BYTES);
    }
  }

  /// Widens BF16 weights.
  static void upperHalves(long from, int count, long panel) {
    for (int i = 0; i < count; i++) {
      store(Lanes.upperHalves(from + (long) i * (Lanes.BYTES / 2)), panel + (long) i * Lanes.BYTES);
    }
  }

  /// Turns a panel of codes into one of values.
  ///
  /// @param scales a panel of them
  /// @param minimums a panel of them, where the type has any
  static void scale(DType type, int columns, long scales, long minimums, long panel) {
    int step = type.scaleColumns();
    for (int i = 0; i < columns; i++) {
      long scale = scales + (long) (i / step) * Lanes.BYTES;
      long at = panel + (long) i * Lanes.BYTES;
      FloatVector value = load(at).mul(load(scale));
      if (type.hasMinimum()) {
        value = value.sub(load(minimums + (long) (i / step) * Lanes.BYTES));
      }
      store(value, at);
    }
  }
}
