package dev.stellwerk.inference.backend.quant;

import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.getInt;
import static dev.stellwerk.inference.platform.Memory.getShort;
import static dev.stellwerk.inference.platform.Memory.putFloat;
import static dev.stellwerk.inference.platform.Memory.putShort;

/// A row of activations rounded to eight bits, a scale for every 32 columns: what quantised weights
/// are multiplied with.
///
/// ```
/// codes i16 | scales | sums | sums of the codes, all f32, one a block | sums f32, two a block | codes f32
/// ```
///
/// **The definition of the product** of a row of quantised weights with a row of activations, in
/// the mode `exact`. Every kernel yields these bits, whatever it does at once:
///
/// ```
/// of a block of 32 activations   scale = max|x| / 127, code = round(x * (127 / max|x|)), half to even
///
/// y = a - b                      all in F32, over a row's blocks or halves of blocks, rising:
/// a = fma(w.scale * x.scale, dot, a)     dot: of the integer codes, exact
/// b = fma(w.minimum, x.sum, b)           sum = x.scale * (sum of the codes); types without minimums: y = a
/// ```
///
/// `a` and `b` take one term a block, or a half of one where weights have a scale for 16 columns. A
/// dot stays below 2^24, so that F32 holds it exactly however it is summed up; that is why the
/// codes are there as F32, too.
public final class Int8Row {
  /// 1.5 * 2^23: adding it leaves the rounded integer in the low bits.
  private static final float ROUND = 0x1.8p23f;

  /// A block whose greatest value is below this counts as zeros.
  private static final float PEAK_MIN = 0x1p-100f;

  private static final int BLOCK = WeightBlock.COLUMNS;
  private static final int HALF = WeightBlock.HALF;

  private Int8Row() {}

  /// The bytes of a row, a multiple of 64.
  public static long bytes(int columns) {
    return (floats(columns) + 4L * columns + 63) / 64 * 64;
  }

  /// Offset of the scales.
  public static long scales(int columns) {
    return 2L * columns;
  }

  /// Offset of the sums of blocks.
  public static long sums(int columns) {
    return scales(columns) + 4L * (columns / BLOCK);
  }

  /// Offset of the sums of blocks' codes, which are not multiplied with the scale.
  public static long codeSums(int columns) {
    return sums(columns) + 4L * (columns / BLOCK);
  }

  /// Offset of the sums of halves.
  public static long halfSums(int columns) {
    return codeSums(columns) + 4L * (columns / BLOCK);
  }

  /// Offset of the codes as F32.
  public static long floats(int columns) {
    return halfSums(columns) + 4L * (columns / HALF);
  }

  /// Rounds a row.
  ///
  /// @param x address of f32, `[columns]`, a multiple of 32
  /// @param out address of [#bytes]
  /// @param withFloats whether the codes are wanted as F32 as well
  public static void quantise(long x, int columns, long out, boolean withFloats) {
    long floats = withFloats ? out + floats(columns) : 0L;
    for (int block = 0; block < columns / BLOCK; block++) {
      long in = x + 4L * BLOCK * block;
      float peak = peak(in);
      float scale = peak / 127f;
      float inverse = 127f / peak;
      if (!(peak >= PEAK_MIN && peak <= Float.MAX_VALUE)) {
        // Zeros; or a value that is not finite, which must show in every result.
        scale = peak < PEAK_MIN ? 0f : Float.NaN;
        inverse = 0f;
      }
      long codes = out + 2L * BLOCK * block;
      int low = round(in, inverse, codes);
      int high = round(in + 4L * HALF, inverse, codes + 2L * HALF);
      putFloat(out + scales(columns) + 4L * block, scale);
      putFloat(out + sums(columns) + 4L * block, scale * (low + high));
      putFloat(out + codeSums(columns) + 4L * block, low + high);
      putFloat(out + halfSums(columns) + 8L * block, scale * low);
      putFloat(out + halfSums(columns) + 8L * block + 4, scale * high);
      if (withFloats) {
        widen(codes, floats + 4L * BLOCK * block);
      }
    }
  }

  /// The greatest magnitude of a block; more than [Float#MAX_VALUE], or NaN, if not all are finite.
  private static float peak(long x) {
    int peak = 0;
    for (int i = 0; i < BLOCK; i++) {
      peak = Math.max(peak, getInt(x + 4L * i) & Integer.MAX_VALUE);
    }
    return Float.intBitsToFloat(peak);
  }

  /// Rounds half a block.
  ///
  /// @return the sum of the codes
  private static int round(long x, float inverse, long codes) {
    if (inverse == 0f) {
      for (int i = 0; i < HALF; i++) {
        putShort(codes + 2L * i, (short) 0);
      }
      return 0;
    }
    int sum = 0;
    for (int i = 0; i < HALF; i++) {
      float shifted = getFloat(x + 4L * i) * inverse + ROUND;
      int code = Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(ROUND);
      putShort(codes + 2L * i, (short) code);
      sum += code;
    }
    return sum;
  }

  private static void widen(long codes, long floats) {
    for (int i = 0; i < BLOCK; i++) {
      putFloat(floats + 4L * i, getShort(codes + 2L * i));
    }
  }
}
