package dev.stellwerk.inference.backend;

/// How a block of the KV cache is laid out: all layers of a run of positions.
///
/// ```
/// block: layer 0: keys | values    layer 1: keys | values    ...
///
/// latent   keys:   position 0: keyWidth floats | position 1: ...   rows padded to a cache line
///          values: none; a value is the first valueWidth columns of the key
/// grouped  keys:   for each kv head, tiles of TILE positions:
///                  column 0: TILE floats | column 1: TILE floats | ... keyWidth columns
///          values: position 0: [kvHeads][valueWidth] | position 1: ...   rows padded as above
/// ```
///
/// Columns of grouped keys lie together for many positions, so that a vector holds one column of
/// many positions and a single query keeps all of its lanes busy.
///
/// @param kvHeads heads of keys and values, each shared by the same number of query heads
/// @param keyWidth columns of a head's key
/// @param valueWidth columns of a head's value
/// @param latent whether values are a part of the keys (multi-head latent attention)
public record KvLayout(int layers, int kvHeads, int keyWidth, int valueWidth, boolean latent) {
  /// Positions a block; a multiple of every tile height.
  public static final int POSITIONS = 32;

  /// Positions a tile of grouped keys.
  public static final int TILE = 16;

  /// Kernels may read, never use, a little beyond the last row.
  private static final int OVERREAD_BYTES = 64;

  public KvLayout {
    if (layers < 1 || kvHeads < 1 || keyWidth < 1 || valueWidth < 1) {
      throw new IllegalArgumentException(
          layers + " layers, " + kvHeads + " heads of widths " + keyWidth + " and " + valueWidth);
    }
    if (latent && (kvHeads != 1 || valueWidth > keyWidth)) {
      throw new IllegalArgumentException("a latent key has one head and holds the value");
    }
  }

  /// One key a position, shared by all heads, whose first columns are the value.
  public static KvLayout latent(int layers, int keyWidth, int valueWidth) {
    return new KvLayout(layers, 1, keyWidth, valueWidth, true);
  }

  /// A key and a value a position and kv head.
  public static KvLayout grouped(int layers, int kvHeads, int keyWidth, int valueWidth) {
    return new KvLayout(layers, kvHeads, keyWidth, valueWidth, false);
  }

  /// The floats that a position and layer store: the keys of all kv heads, then their values.
  public int width() {
    return latent ? keyWidth : kvHeads * (keyWidth + valueWidth);
  }

  /// Bytes between two columns of a key.
  public long keyStepBytes() {
    return latent ? Float.BYTES : (long) TILE * Float.BYTES;
  }

  /// Bytes between the values of two positions of a block; for latent ones also between keys.
  public long rowBytes() {
    long floats = latent ? keyWidth : (long) kvHeads * valueWidth;
    return (floats + 15) / 16 * 16 * Float.BYTES;
  }

  /// Where the first column of a position's key lies in its block.
  long keyOffset(int layer, int position, int kvHead) {
    int at = position % POSITIONS;
    long base = layer * layerBytes();
    if (latent) {
      return base + at * rowBytes();
    }
    long tile = (long) kvHead * (POSITIONS / TILE) + at / TILE;
    return base + (tile * keyWidth * TILE + at % TILE) * Float.BYTES;
  }

  /// Where a position's value starts in its block.
  long valueOffset(int layer, int position, int kvHead) {
    return layer * layerBytes()
        + keyBytes()
        + position % POSITIONS * rowBytes()
        + (long) kvHead * valueWidth * Float.BYTES;
  }

  private long keyBytes() {
    return latent ? 0 : (long) kvHeads * keyWidth * POSITIONS * Float.BYTES;
  }

  private long layerBytes() {
    return keyBytes() + rowBytes() * POSITIONS;
  }

  public long blockBytes() {
    return layers * layerBytes() + OVERREAD_BYTES;
  }

  /// Blocks that hold so many positions.
  public static int blocks(int positions) {
    return (positions + POSITIONS - 1) / POSITIONS;
  }
}
