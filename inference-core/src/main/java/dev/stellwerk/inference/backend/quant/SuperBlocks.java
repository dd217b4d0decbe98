package dev.stellwerk.inference.backend.quant;

import static dev.stellwerk.inference.platform.Memory.getByte;
import static dev.stellwerk.inference.platform.Memory.getHalf;

/// The "K" types: super-blocks of 256 columns, whose eight blocks of 32 have small integer scales
/// of their own, which two half-precision numbers turn into real ones.
///
/// ```
/// Q2_K   16 x (4-bit scale, 4-bit minimum) | 64 B codes | d f16 | dmin f16
/// Q3_K   32 B third bits | 64 B low codes | 12 B scales | d f16
/// Q4_K   d f16 | dmin f16 | 12 B scales and minimums | 128 B codes
/// Q5_K   d f16 | dmin f16 | 12 B scales and minimums | 32 B fifth bits | 128 B codes
/// Q6_K   128 B low codes | 64 B high codes | 16 signed scales | d f16
/// ```
///
/// Two-bit codes: byte i of a run of 32 holds columns i, 32 + i, 64 + i, 96 + i, lowest bits first;
/// nibbles: columns i and 32 + i; bits: columns i, 32 + i, ... 224 + i.
final class SuperBlocks {
  private SuperBlocks() {}

  static void q2(long block, int part, WeightBlock out) {
    float d = getHalf(block + 80);
    float dmin = getHalf(block + 82);
    for (int half = 0; half < 2; half++) {
      int both = getByte(block + 2L * part + half);
      out.scales[half] = d * (both & 15);
      out.minimums[half] = dmin * (both >> 4 & 15);
    }
    long codes = block + 16 + part / 4 * 32L;
    for (int i = 0; i < WeightBlock.COLUMNS; i++) {
      out.codes[i] = (byte) bits(codes + i, part % 4 * 2, 3);
    }
  }

  static void q3(long block, int part, WeightBlock out) {
    float d = getHalf(block + 108);
    for (int half = 0; half < 2; half++) {
      // Scale j of 16: four low bits in byte j % 8, two high ones in byte 8 + j % 4.
      int j = 2 * part + half;
      int low = bits(block + 96 + j % 8, j / 8 * 4, 15);
      int high = bits(block + 104 + j % 4, j / 4 * 2, 3);
      out.scales[half] = d * ((low | high << 4) - 32);
    }
    long codes = block + 32 + part / 4 * 32L;
    for (int i = 0; i < WeightBlock.COLUMNS; i++) {
      int offset = bits(block + i, part, 1) == 0 ? 4 : 0;
      out.codes[i] = (byte) (bits(codes + i, part % 4 * 2, 3) - offset);
    }
  }

  static void q4(long block, int part, WeightBlock out) {
    scaleAndMinimum(block, part, out);
    nibbles(block + 16, part, out);
  }

  static void q5(long block, int part, WeightBlock out) {
    scaleAndMinimum(block, part, out);
    nibbles(block + 48, part, out);
    for (int i = 0; i < WeightBlock.COLUMNS; i++) {
      out.codes[i] |= (byte) (bits(block + 16 + i, part, 1) << 4);
    }
  }

  static void q6(long block, int part, WeightBlock out) {
    float d = getHalf(block + 208);
    for (int half = 0; half < 2; half++) {
      out.scales[half] = d * getByte(block + 192 + 2L * part + half);
    }
    // A half of 128 columns: 64 bytes of low nibbles (columns i and 64 + i), 32 of high pairs.
    long low = block + part / 4 * 64L + part % 2 * 32L;
    long high = block + 128 + part / 4 * 32L;
    for (int i = 0; i < WeightBlock.COLUMNS; i++) {
      int code = bits(low + i, part % 4 / 2 * 4, 15) | bits(high + i, part % 4 * 2, 3) << 4;
      out.codes[i] = (byte) (code - 32);
    }
  }

  private static void nibbles(long codes, int part, WeightBlock out) {
    for (int i = 0; i < WeightBlock.COLUMNS; i++) {
      out.codes[i] = (byte) bits(codes + part / 2 * 32L + i, part % 2 * 4, 15);
    }
  }

  /// Six bits each, of eight parts, in twelve bytes:
  ///
  /// ```
  /// byte j      scale of part j, low six bits | high two bits of part 4 + j's scale
  /// byte 4 + j  the same for minimums
  /// byte 8 + j  low four bits of part 4 + j's scale | low four bits of its minimum
  /// ```
  private static void scaleAndMinimum(long block, int part, WeightBlock out) {
    long packed = block + 4;
    int j = part % 4;
    int scale;
    int minimum;
    if (part < 4) {
      scale = bits(packed + j, 0, 63);
      minimum = bits(packed + 4 + j, 0, 63);
    } else {
      scale = bits(packed + 8 + j, 0, 15) | bits(packed + j, 6, 3) << 4;
      minimum = bits(packed + 8 + j, 4, 15) | bits(packed + 4 + j, 6, 3) << 4;
    }
    out.scale(getHalf(block) * scale);
    out.minimum(getHalf(block + 2) * minimum);
  }

  private static int bits(long address, int shift, int mask) {
    return (getByte(address) & 0xFF) >> shift & mask;
  }
}
