package dev.stellwerk.inference.backend.quant;

import static dev.stellwerk.inference.platform.Memory.getByte;
import static dev.stellwerk.inference.platform.Memory.getHalf;
import static dev.stellwerk.inference.platform.Memory.getInt;

import dev.stellwerk.inference.backend.DType;

/// 32 columns of one row of quantised weights, of whatever type, as small integers.
///
/// ```
/// element i = codes[i] * scales[i / 16] - minimums[i / 16]
/// ```
///
/// Types with one scale for all 32 columns have it twice. Scales are exact: a half-precision number
/// times an integer of few bits fits into F32. Reused from block to block; one a thread.
///
/// The formats are those of ggml: `ggml-common.h` and `ggml-quants.c` of llama.cpp.
public final class WeightBlock {
  /// Columns of a block.
  public static final int COLUMNS = 32;

  /// Columns of a half, which may have a scale of its own.
  public static final int HALF = 16;

  final byte[] codes = new byte[COLUMNS];
  final float[] scales = new float[2];
  final float[] minimums = new float[2];

  /// One element, as F32.
  public float element(int i) {
    return codes[i] * scales[i / HALF] - minimums[i / HALF];
  }

  /// One element's integer.
  public int code(int i) {
    return codes[i];
  }

  /// The scale of columns 0 to 15 or 16 to 31.
  public float scale(int half) {
    return scales[half];
  }

  /// The minimum of columns 0 to 15 or 16 to 31.
  public float minimum(int half) {
    return minimums[half];
  }

  /// Reads a block.
  ///
  /// @param row address of a row in the file's layout
  /// @param index of the block in its row: its columns start at 32 * index
  public void read(DType type, long row, int index) {
    minimums[0] = 0f;
    minimums[1] = 0f;
    int blocks = type.blockElements() / COLUMNS;
    if (blocks == 0) {
      throw new IllegalArgumentException(type + " has no blocks");
    }
    long block = row + (long) (index / blocks) * type.blockBytes();
    int part = index % blocks;
    switch (type) {
      case Q4_0 -> signedNibbles(block);
      case Q4_1 -> nibblesAndMinimum(block);
      case Q5_0 -> fiveBits(block);
      case Q5_1 -> fiveBitsAndMinimum(block);
      case Q8_0 -> bytes(block);
      case MXFP4 -> microscaled(block);
      case Q2_K -> SuperBlocks.q2(block, part, this);
      case Q3_K -> SuperBlocks.q3(block, part, this);
      case Q4_K -> SuperBlocks.q4(block, part, this);
      case Q5_K -> SuperBlocks.q5(block, part, this);
      case Q6_K -> SuperBlocks.q6(block, part, this);
      case IQ2_XXS -> Iq2Xxs.read(block, part, this);
      case F32, F16, BF16 -> throw new IllegalArgumentException(type + " is not quantised");
    }
  }

  void scale(float scale) {
    scales[0] = scale;
    scales[1] = scale;
  }

  void minimum(float minimum) {
    minimums[0] = minimum;
    minimums[1] = minimum;
  }

  /// Codes from 16 bytes: low nibbles are columns 0..15, high ones 16..31.
  private void nibbles(long from) {
    for (int i = 0; i < HALF; i++) {
      int pair = getByte(from + i);
      codes[i] = (byte) (pair & 15);
      codes[HALF + i] = (byte) (pair >> 4 & 15);
    }
  }

  /// `| d f16 | 16 bytes of nibbles |`, code = nibble - 8.
  private void signedNibbles(long block) {
    scale(getHalf(block));
    nibbles(block + 2);
    add(-8);
  }

  /// `| d f16 | m f16 | 16 bytes of nibbles |`, element = nibble * d + m.
  private void nibblesAndMinimum(long block) {
    scale(getHalf(block));
    minimum(-getHalf(block + 2));
    nibbles(block + 4);
  }

  /// `| d f16 | fifth bits u32 | 16 bytes of nibbles |`, code = five bits - 16.
  private void fiveBits(long block) {
    scale(getHalf(block));
    nibbles(block + 6);
    fifthBits(getInt(block + 2));
    add(-16);
  }

  /// `| d f16 | m f16 | fifth bits u32 | 16 bytes of nibbles |`.
  private void fiveBitsAndMinimum(long block) {
    scale(getHalf(block));
    minimum(-getHalf(block + 2));
    nibbles(block + 8);
    fifthBits(getInt(block + 4));
  }

  private void fifthBits(int bits) {
    for (int i = 0; i < COLUMNS; i++) {
      codes[i] |= (byte) ((bits >>> i & 1) << 4);
    }
  }

  private void add(int offset) {
    for (int i = 0; i < COLUMNS; i++) {
      codes[i] += (byte) offset;
    }
  }

  /// `| d f16 | 32 signed bytes |`.
  private void bytes(long block) {
    scale(getHalf(block));
    for (int i = 0; i < COLUMNS; i++) {
      codes[i] = getByte(block + 2 + i);
    }
  }

  /// `| e u8 | 16 bytes of nibbles |`: the values of [Mxfp4] times 2^(e - 128).
  private void microscaled(long block) {
    scale(Mxfp4.scale(getByte(block) & 0xFF));
    nibbles(block + 1);
    for (int i = 0; i < COLUMNS; i++) {
      codes[i] = Mxfp4.value(codes[i]);
    }
  }
}
