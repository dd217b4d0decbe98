package dev.stellwerk.inference.backend;

import java.util.Random;

/// Random weights of any type: random codes under scales of a sane size.
public final class RandomWeights {
  private RandomWeights() {}

  /// Makes bytes in the file's layout.
  ///
  /// @param elements a multiple of the type's block
  public static byte[] bytes(DType type, int elements, Random random) {
    byte[] bytes = new byte[Math.toIntExact(type.bytes(elements))];
    random.nextBytes(bytes);
    for (int at = 0; at < bytes.length; at += type.blockBytes()) {
      switch (type) {
        case F32 -> put(bytes, at, 4, Float.floatToRawIntBits((float) random.nextGaussian()));
        case F16 -> put(bytes, at, 2, Float.floatToFloat16((float) random.nextGaussian()));
        case BF16 ->
            put(bytes, at, 2, Float.floatToRawIntBits((float) random.nextGaussian()) >>> 16);
        case Q4_0, Q5_0, Q8_0, IQ2_XXS -> scale(bytes, at, random);
        case Q4_1, Q5_1, Q4_K, Q5_K -> {
          scale(bytes, at, random);
          scale(bytes, at + 2, random);
        }
        case Q2_K -> {
          scale(bytes, at + 80, random);
          scale(bytes, at + 82, random);
        }
        case Q3_K -> scale(bytes, at + 108, random);
        case Q6_K -> scale(bytes, at + 208, random);
        case MXFP4 -> bytes[at] = (byte) (118 + random.nextInt(6));
      }
    }
    return bytes;
  }

  private static void scale(byte[] bytes, int at, Random random) {
    float scale = (random.nextFloat() - 0.4f) / 100f;
    put(bytes, at, 2, Float.floatToFloat16(scale));
  }

  private static void put(byte[] bytes, int at, int count, int value) {
    for (int i = 0; i < count; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }
}
