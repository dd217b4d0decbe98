package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.backend.vector.Lanes.broadcast;
import static dev.stellwerk.inference.backend.vector.Lanes.broadcastPair;
import static dev.stellwerk.inference.backend.vector.Lanes.first;
import static dev.stellwerk.inference.backend.vector.Lanes.floats;
import static dev.stellwerk.inference.backend.vector.Lanes.load;
import static dev.stellwerk.inference.backend.vector.Lanes.second;
import static dev.stellwerk.inference.backend.vector.Lanes.store;
import static dev.stellwerk.inference.backend.vector.Lanes.unsignedPairs;

import dev.stellwerk.inference.platform.Memory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/// Products as those of [ByteTiles], of codes that are nibbles.
///
/// ```
/// a byte     | column 16 + i | column i |     widened to a short; low and high nibbles take turns
/// products   15 * 127 * 16 fits into a short: a block is summed up in shorts, half of its
///            columns a short
/// ```
final class NibbleTiles {
  private static final int STEP = 2 * Lanes.COUNT;
  private static final int STEPS = 8;

  /// Offset of the codes of columns 16 to 31 in a block of a token's codes.
  private static final int HIGH = 32;

  private NibbleTiles() {}

  /// Nibbles that are the codes, but for an offset.
  ///
  /// @param offset what a code is less than its nibble
  /// @param xCodeSums address of the sums of a token's codes, one a block
  /// @see ByteTiles#whole
  static void plain(
      long group,
      boolean halfScales,
      boolean minimums,
      int offset,
      int blocks,
      long x,
      long xScales,
      long xSums,
      long xCodeSums,
      long y) {
    FloatVector a = Lanes.zero();
    FloatVector b = a;
    long w = group;
    long o = x;
    for (int block = 0; block < blocks; block++) {
      ShortVector low = Lanes.zeroShorts();
      ShortVector high = low;
      for (int i = 0; i < STEPS; i++) {
        ShortVector both = unsignedPairs(w);
        low = both.and((short) 15).mul(broadcastPair(o)).add(low);
        high = both.lanewise(VectorOperators.LSHR, 4).mul(broadcastPair(o + HIGH)).add(high);
        w += STEP;
        o += 4;
      }
      o += HIGH;
      ShortVector sums = low.add(high);
      FloatVector dots = floats(first(sums).add(second(sums)));
      dots = dots.sub(offset * Memory.getFloat(xCodeSums + 4L * block));
      FloatVector scale = halfScales ? Lanes.halves(w) : load(w);
      a = dots.fma(scale.mul(Memory.getFloat(xScales + 4L * block)), a);
      w += halfScales ? Lanes.BYTES / 2 : Lanes.BYTES;
      if (minimums) {
        b = load(w).fma(broadcast(xSums + 4L * block), b);
        w += Lanes.BYTES;
      }
    }
    store(a.sub(b), y);
  }

  /// Nibbles that stand for other numbers, with F32 scales and without minimums.
  ///
  /// @param table the number of each nibble, in the lanes from the first on, and again from then on
  static void coded(long group, ShortVector table, int blocks, long x, long xScales, long y) {
    FloatVector a = Lanes.zero();
    long w = group;
    long o = x;
    for (int block = 0; block < blocks; block++) {
      ShortVector low = Lanes.zeroShorts();
      ShortVector high = low;
      for (int i = 0; i < STEPS; i++) {
        ShortVector both = unsignedPairs(w);
        ShortVector codes = both.and((short) 15).selectFrom(table);
        low = codes.mul(broadcastPair(o)).add(low);
        codes = both.lanewise(VectorOperators.LSHR, 4).selectFrom(table);
        high = codes.mul(broadcastPair(o + HIGH)).add(high);
        w += STEP;
        o += 4;
      }
      o += HIGH;
      ShortVector sums = low.add(high);
      FloatVector scale = load(w).mul(Memory.getFloat(xScales + 4L * block));
      a = floats(first(sums).add(second(sums))).fma(scale, a);
      w += Lanes.BYTES;
    }
    store(a, y);
  }
}
