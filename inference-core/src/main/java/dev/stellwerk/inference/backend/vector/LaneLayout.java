package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.platform.Memory.getByte;
import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.getHalf;
import static dev.stellwerk.inference.platform.Memory.getInt;
import static dev.stellwerk.inference.platform.Memory.getShort;
import static dev.stellwerk.inference.platform.Memory.putFloat;
import static dev.stellwerk.inference.platform.Memory.putInt;
import static dev.stellwerk.inference.platform.Memory.putShort;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.quant.Mxfp4;
import dev.stellwerk.inference.backend.quant.WeightBlock;

/// Weights with as many rows side by side as a vector has lanes, so that a lane sums its own row
/// and nothing is ever summed across lanes.
///
/// ```
/// a group of L rows, L = Lanes.COUNT; rows beyond the last are zeros; groups follow each other
///
/// F32          column 0: L floats | column 1: L floats | ...
/// F16, BF16    column 0: L shorts | column 1: L shorts | ...
/// quantised    a block of 32 columns: codes | scales | minimums, where the type has them | the next block
///
/// codes        bytes: columns 0 and 1: row 0, row 0, row 1, row 1, ... 2L bytes | columns 2 and 3 | ...
///              nibbles: columns 0 and 1 in the low four bits, as above, 16 and 17 in the high ones: 2L bytes | ...
/// scales       L of columns 0 to 31, or L of columns 0 to 15 and L of 16 to 31;
///              half precision where the file has that and no more (Q8_0, Q4_0), else F32
/// minimums     like scales, F32
/// ```
///
/// A product reads all this as one stream from start to end, which is what the processor fetches
/// ahead best: with scales and minimums in places of their own it reads half as fast.
final class LaneLayout {
  private static final int BLOCK = WeightBlock.COLUMNS;
  private static final int ALIGNMENT = 64;

  private LaneLayout() {}

  static int groups(int rows) {
    return (rows + Lanes.COUNT - 1) / Lanes.COUNT;
  }

  /// Whether scales are in half precision.
  static boolean halfScales(DType type) {
    return type == DType.Q8_0 || type == DType.Q4_0;
  }

  /// Whether two codes share a byte.
  static boolean nibbles(DType type) {
    return switch (type) {
      case Q4_0, Q4_1, Q4_K, MXFP4 -> true;
      default -> false;
    };
  }

  /// Bytes of a block's codes.
  static int codesBytes(DType type) {
    return BLOCK * Lanes.COUNT / (nibbles(type) ? 2 : 1);
  }

  /// Bytes of the scales of a block, or of half a block where that has its own.
  static int scaleBytes(DType type) {
    return halfScales(type) ? Lanes.BYTES / 2 : Lanes.BYTES;
  }

  /// Scales, or minimums, of a block and row.
  static int parts(DType type) {
    return BLOCK / type.scaleColumns();
  }

  static int blockBytes(DType type) {
    int minimums = type.hasMinimum() ? Lanes.BYTES : 0;
    return codesBytes(type) + parts(type) * (scaleBytes(type) + minimums);
  }

  static long groupBytes(DType type, int columns) {
    return switch (type) {
      case F32 -> (long) columns * Lanes.BYTES;
      case F16, BF16 -> (long) columns * (Lanes.BYTES / 2);
      default -> (long) (columns / BLOCK) * blockBytes(type);
    };
  }

  /// The bytes of a matrix, a multiple of a cache line.
  static long matrixBytes(DType type, int rows, int columns) {
    return (groups(rows) * groupBytes(type, columns) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /// Rearranges one group.
  ///
  /// @param from the matrix in the file's layout
  /// @param to where the group goes; zeros so far
  static void pack(DType type, int rows, int columns, int group, long from, long to) {
    WeightBlock block = new WeightBlock();
    for (int lane = 0; lane < Lanes.COUNT; lane++) {
      int row = group * Lanes.COUNT + lane;
      if (row < rows) {
        long source = from + row * type.bytes(columns);
        switch (type) {
          case F32 -> packInts(columns, source, to + 4L * lane);
          case F16, BF16 -> packShorts(columns, source, to + 2L * lane);
          default -> packBlocks(type, columns, source, to, lane, block);
        }
      }
    }
  }

  private static void packInts(int columns, long from, long to) {
    for (int i = 0; i < columns; i++) {
      putInt(to + (long) i * Lanes.BYTES, getInt(from + 4L * i));
    }
  }

  private static void packShorts(int columns, long from, long to) {
    for (int i = 0; i < columns; i++) {
      putShort(to + 2L * i * Lanes.COUNT, getShort(from + 2L * i));
    }
  }

  private static void packBlocks(
      DType type, int columns, long row, long group, int lane, WeightBlock block) {
    int bytes = blockBytes(type);
    int codesBytes = codesBytes(type);
    int scaleBytes = scaleBytes(type);
    int parts = parts(type);
    boolean nibbles = nibbles(type);
    for (int b = 0; b < columns / BLOCK; b++) {
      block.read(type, row, b);
      long to = group + (long) b * bytes;
      if (nibbles) {
        packNibbles(type, block, to + 2L * lane);
      } else {
        packBytes(block, to + 2L * lane);
      }
      long scales = to + codesBytes;
      long minimums = scales + (long) parts * scaleBytes;
      for (int part = 0; part < parts; part++) {
        if (halfScales(type)) {
          putShort(scales + 2L * lane, Float.floatToFloat16(block.scale(part)));
        } else {
          putFloat(scales + (long) part * scaleBytes + 4L * lane, block.scale(part));
        }
        if (type.hasMinimum()) {
          putFloat(minimums + (long) part * Lanes.BYTES + 4L * lane, block.minimum(part));
        }
      }
    }
  }

  private static void packBytes(WeightBlock block, long to) {
    for (int i = 0; i < BLOCK; i += 2) {
      int both = (block.code(i) & 0xFF) | block.code(i + 1) << 8;
      putShort(to + (long) i * Lanes.COUNT, (short) both);
    }
  }

  private static void packNibbles(DType type, WeightBlock block, long to) {
    for (int i = 0; i < BLOCK / 2; i += 2) {
      int first = nibble(type, block, i) | nibble(type, block, i + BLOCK / 2) << 4;
      int second = nibble(type, block, i + 1) | nibble(type, block, i + 1 + BLOCK / 2) << 4;
      putShort(to + (long) i * Lanes.COUNT, (short) (first | second << 8));
    }
  }

  private static int nibble(DType type, WeightBlock block, int i) {
    return type == DType.MXFP4 ? Mxfp4.bits(block.code(i)) : block.code(i) + offset(type);
  }

  /// What is added to codes so that they fit into four bits without a sign.
  static int offset(DType type) {
    return type == DType.Q4_0 ? 8 : 0;
  }

  /// Expands one row of a matrix in this layout.
  ///
  /// @param matrix its address
  static void expand(DType type, int columns, int row, long matrix, long out) {
    int lane = row % Lanes.COUNT;
    long group = matrix + row / Lanes.COUNT * groupBytes(type, columns);
    for (int i = 0; i < columns; i++) {
      putFloat(out + 4L * i, element(type, group, lane, i));
    }
  }

  private static float element(DType type, long group, int lane, int column) {
    long at = (long) column * Lanes.COUNT + lane;
    return switch (type) {
      case F32 -> getFloat(group + 4 * at);
      case F16 -> getHalf(group + 2 * at);
      case BF16 -> Float.intBitsToFloat(getShort(group + 2 * at) << 16);
      default -> quantised(type, group + (long) (column / BLOCK) * blockBytes(type), lane, column);
    };
  }

  private static float quantised(DType type, long block, int lane, int column) {
    int i = column % BLOCK;
    int part = i / type.scaleColumns();
    long scales = block + codesBytes(type);
    float scale =
        halfScales(type)
            ? getHalf(scales + 2L * lane)
            : getFloat(scales + (long) part * Lanes.BYTES + 4L * lane);
    float value = code(type, block + 2L * lane, i) * scale;
    if (!type.hasMinimum()) {
      return value;
    }
    long minimums = scales + (long) parts(type) * Lanes.BYTES;
    return value - getFloat(minimums + (long) part * Lanes.BYTES + 4L * lane);
  }

  private static int code(DType type, long from, int i) {
    if (!nibbles(type)) {
      return getByte(from + i / 2 * (2L * Lanes.COUNT) + i % 2);
    }
    int column = i % (BLOCK / 2);
    int both = getByte(from + column / 2 * (2L * Lanes.COUNT) + column % 2);
    int nibble = (i < BLOCK / 2 ? both : both >> 4) & 15;
    return type == DType.MXFP4 ? Mxfp4.value(nibble) : nibble - offset(type);
  }
}
