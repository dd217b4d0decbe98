package dev.stellwerk.inference.platform;

/// Single-precision functions without branches that matter, so that compilers can vectorise their
/// loops. The same inputs give the same bits in the interpreter and in compiled code.
public final class FastMath {
  /// Below this, e^x counts as zero.
  public static final float EXP_MIN = -87f;

  private static final float EXP_MAX = 88f;
  private static final float LOG2_E = (float) 1.4426950408889634;

  /// ln 2 in two parts: the high one has few bits, so that products with small integers are exact.
  private static final float LN2_HIGH = 0x1.63p-1f;

  private static final float LN2_LOW = (float) -2.12194440e-4;

  /// 1.5 * 2^23: adding it leaves the rounded integer in the low bits.
  private static final float ROUND = 0x1.8p23f;

  private FastMath() {}

  /// e^x within 2e-7 of the result; 0 below [#EXP_MIN].
  ///
  /// e^x = 2^n * e^r with |r| <= ln(2) / 2; the polynomial for e^r is that of Cephes' `expf`.
  public static float exp(float x) {
    float clamped = Math.min(Math.max(x, EXP_MIN), EXP_MAX);
    float shifted = clamped * LOG2_E + ROUND;
    float n = shifted - ROUND;
    float r = clamped - n * LN2_HIGH - n * LN2_LOW;
    float p = (float) 1.9875691500e-4;
    p = p * r + (float) 1.3981999507e-3;
    p = p * r + (float) 8.3334519073e-3;
    p = p * r + (float) 4.1665795894e-2;
    p = p * r + (float) 1.6666665459e-1;
    p = p * r + (float) 5.0000001201e-1;
    p = p * r * r + r + 1f;
    int power = Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(ROUND);
    float scale = Float.intBitsToFloat((power + 127) << 23);
    return x < EXP_MIN ? 0f : p * scale;
  }
}
