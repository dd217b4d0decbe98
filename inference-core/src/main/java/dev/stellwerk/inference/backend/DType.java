package dev.stellwerk.inference.backend;

import java.util.Optional;

/// How the elements of a tensor are stored; the ids are GGUF's (ggml type ids).
///
/// Quantised types store blocks: `blockElements` elements of a row in `blockBytes` bytes. What is
/// in a block is known to [dev.stellwerk.inference.backend.quant.WeightBlock].
public enum DType {
  /// IEEE single precision.
  F32(0, 1, 4),
  /// IEEE half precision.
  F16(1, 1, 2),
  /// The upper half of single precision.
  BF16(30, 1, 2),
  /// Blocks of 32 with a scale, elements of 4 bits.
  Q4_0(2, 32, 18),
  /// Blocks of 32 with a scale and a minimum, elements of 4 bits.
  Q4_1(3, 32, 20),
  /// Blocks of 32 with a scale, elements of 5 bits.
  Q5_0(6, 32, 22),
  /// Blocks of 32 with a scale and a minimum, elements of 5 bits.
  Q5_1(7, 32, 24),
  /// Blocks of 32 with a scale, elements of 8 bits.
  Q8_0(8, 32, 34),
  /// Super-blocks of 256, a scale and a minimum for 16, elements of 2 bits.
  Q2_K(10, 256, 84),
  /// Super-blocks of 256, a scale for 16, elements of 3 bits.
  Q3_K(11, 256, 110),
  /// Super-blocks of 256, a scale and a minimum for 32, elements of 4 bits.
  Q4_K(12, 256, 144),
  /// Super-blocks of 256, a scale and a minimum for 32, elements of 5 bits.
  Q5_K(13, 256, 176),
  /// Super-blocks of 256, a scale for 16, elements of 6 bits.
  Q6_K(14, 256, 210),
  /// Super-blocks of 256, a scale for 32, groups of eight elements from a code book.
  IQ2_XXS(16, 256, 66),
  /// Blocks of 32 with a power of two as scale, elements are floats of 4 bits.
  MXFP4(39, 32, 17);

  private final int id;
  private final int blockElements;
  private final int blockBytes;

  DType(int id, int blockElements, int blockBytes) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  public int id() {
    return id;
  }

  public int blockElements() {
    return blockElements;
  }

  public int blockBytes() {
    return blockBytes;
  }

  /// Whether elements are small integers that share scales.
  public boolean quantised() {
    return blockElements > 1;
  }

  /// How many columns of quantised weights share a scale: 16 or 32.
  public int scaleColumns() {
    return switch (this) {
      case Q2_K, Q3_K, Q6_K -> 16;
      default -> 32;
    };
  }

  /// Whether quantised weights have a minimum beside their scale.
  public boolean hasMinimum() {
    return switch (this) {
      case Q4_1, Q5_1, Q2_K, Q4_K, Q5_K -> true;
      default -> false;
    };
  }

  /// The bytes of a row of `elements`, which must be a multiple of [#blockElements].
  public long bytes(long elements) {
    return elements / blockElements * blockBytes;
  }

  /// The type with this GGUF id, if it is supported.
  public static Optional<DType> byId(int id) {
    for (DType type : values()) {
      if (type.id == id) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
