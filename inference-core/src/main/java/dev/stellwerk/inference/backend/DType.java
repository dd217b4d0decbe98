package dev.stellwerk.inference.backend;

import java.util.Optional;

/// How the elements of a tensor are stored; the ids are GGUF's (ggml type ids).
///
/// Quantised types store blocks: `blockElements` elements of a row in `blockBytes` bytes.
public enum DType {
  /// IEEE single precision.
  F32(0, 1, 4),
  /// Blocks of 32: an f16 scale `d`, then 16 bytes of two 4-bit values; element i is `(nibble - 8)
  /// * d`, low nibbles are elements 0..15, high nibbles 16..31.
  Q4_0(2, 32, 18),
  /// Blocks of 32: an f16 scale `d`, then 32 signed bytes; element i is `q[i] * d`.
  Q8_0(8, 32, 34);

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
