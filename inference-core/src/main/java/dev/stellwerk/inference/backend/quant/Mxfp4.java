package dev.stellwerk.inference.backend.quant;

/// The four-bit floats of the OCP microscaling formats (version 1.0, section 5.3.3), doubled so
/// that they are integers: one bit of sign, two of exponent, one of mantissa.
public final class Mxfp4 {
  private static final byte[] VALUES = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  private Mxfp4() {}

  /// Twice the number that four bits stand for.
  public static byte value(int bits) {
    return VALUES[bits & 15];
  }

  /// Four bits that stand for half of a value.
  public static int bits(int value) {
    for (int bits = 0; bits < VALUES.length; bits++) {
      if (VALUES[bits] == value) {
        return bits;
      }
    }
    throw new IllegalArgumentException(value + " is not twice a number of four bits");
  }

  /// Half of the scale 2^(exponent - 127), for the values are doubled.
  static float scale(int exponent) {
    int bits = exponent < 2 ? 0x0020_0000 << exponent : (exponent - 1) << 23;
    return Float.intBitsToFloat(bits);
  }
}
