package dev.stellwerk.inference.backend;

/// How a block of the KV cache is laid out: all layers of a run of positions.
///
/// ```
/// layer 0: position 0 | position 1 | ... | position POSITIONS - 1
/// layer 1: ...
/// ```
///
/// A position holds `width` floats (for MLA the normalised latent, then the rotated rope part),
/// padded to a cache line.
public record KvLayout(int layers, int width) {
  /// Positions a block; a multiple of every tile height.
  public static final int POSITIONS = 32;

  /// Kernels may read, never use, a little beyond the last row.
  private static final int OVERREAD_BYTES = 64;

  public KvLayout {
    if (layers < 1 || width < 1) {
      throw new IllegalArgumentException(layers + " layers of width " + width);
    }
  }

  public long rowBytes() {
    return (width + 15L) / 16 * 16 * Float.BYTES;
  }

  public long blockBytes() {
    return layers * rowBytes() * POSITIONS + OVERREAD_BYTES;
  }

  /// Blocks that hold so many positions.
  public static int blocks(int positions) {
    return (positions + POSITIONS - 1) / POSITIONS;
  }
}
