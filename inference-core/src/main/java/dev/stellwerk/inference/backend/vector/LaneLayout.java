package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.platform.Memory.getByte;
import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.getHalf;
import static dev.stellwerk.inference.platform.Memory.getInt;
import static dev.stellwerk.inference.platform.Memory.getShort;
import static dev.stellwerk.inference.platform.Memory.putByte;
import static dev.stellwerk.inference.platform.Memory.putFloat;
import static dev.stellwerk.inference.platform.Memory.putInt;
import static dev.stellwerk.inference.platform.Memory.putShort;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.quant.WeightBlock;

/// Weights with as many rows side by side as a vector has lanes, so that a lane sums its own row
/// and nothing is ever summed across lanes.
///
/// ```
/// a group of L rows, L = Lanes.COUNT; rows beyond the last are zeros; padded to a cache line
///
/// F32          column 0: L floats | column 1: L floats | ...
/// F16, BF16    column 0: L shorts | column 1: L shorts | ...
/// quantised    codes | scales | minimums, where the type has them
///
/// codes        columns 0 and 1: row 0, row 0, row 1, row 1, ... L bytes twice | columns 2 and 3 | ...
/// scales       L of columns 0 to 31 (or 15) | L of the next | ...
///              half precision where the file has that and no more (Q8_0, Q4_0), else F32
/// minimums     L of columns 0 to 31 (or 15) | L of the next | ..., F32
/// ```
final class LaneLayout {
  private static final int ALIGNMENT = 64;

  private LaneLayout() {}

  static int groups(int rows) {
    return (rows + Lanes.COUNT - 1) / Lanes.COUNT;
  }

  /// How many scales a row has.
  static int scales(DType type, int columns) {
    return columns / type.scaleColumns();
  }

  /// Whether scales are in half precision.
  static boolean halfScales(DType type) {
    return type == DType.Q8_0 || type == DType.Q4_0;
  }

  static long codesBytes(DType type, int columns) {
    long elements = (long) columns * Lanes.COUNT;
    return switch (type) {
      case F32 -> 4 * elements;
      case F16, BF16 -> 2 * elements;
      default -> elements;
    };
  }

  static long scalesBytes(DType type, int columns) {
    return (long) scales(type, columns) * Lanes.COUNT * (halfScales(type) ? 2 : 4);
  }

  /// Offset of the minimums in a group.
  static long minimums(DType type, int columns) {
    return codesBytes(type, columns) + scalesBytes(type, columns);
  }

  static long groupBytes(DType type, int columns) {
    long bytes = codesBytes(type, columns);
    if (type.quantised()) {
      bytes += scalesBytes(type, columns);
    }
    if (type.hasMinimum()) {
      bytes += (long) scales(type, columns) * Lanes.BYTES;
    }
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
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
    long scales = group + codesBytes(type, columns);
    long minimums = scales + scalesBytes(type, columns);
    int parts = WeightBlock.COLUMNS / type.scaleColumns();
    for (int b = 0; b < columns / WeightBlock.COLUMNS; b++) {
      block.read(type, row, b);
      for (int i = 0; i < WeightBlock.COLUMNS; i++) {
        putByte(group + code(WeightBlock.COLUMNS * b + i, lane), (byte) block.code(i));
      }
      for (int part = 0; part < parts; part++) {
        long at = (long) (b * parts + part) * Lanes.COUNT + lane;
        if (halfScales(type)) {
          putShort(scales + 2 * at, Float.floatToFloat16(block.scale(part)));
        } else {
          putFloat(scales + 4 * at, block.scale(part));
        }
        if (type.hasMinimum()) {
          putFloat(minimums + 4 * at, block.minimum(part));
        }
      }
    }
  }

  /// Offset of a code in its group.
  private static long code(int column, int lane) {
    return (long) column / 2 * (2L * Lanes.COUNT) + 2L * lane + column % 2;
  }

  /// Expands one row of a matrix in this layout.
  ///
  /// @param matrix its address
  static void expand(DType type, int columns, int row, long matrix, long out) {
    int lane = row % Lanes.COUNT;
    long group = matrix + row / Lanes.COUNT * groupBytes(type, columns);
    for (int i = 0; i < columns; i++) {
      putFloat(out + 4L * i, element(type, columns, group, lane, i));
    }
  }

  private static float element(DType type, int columns, long group, int lane, int column) {
    long at = (long) column * Lanes.COUNT + lane;
    return switch (type) {
      case F32 -> getFloat(group + 4 * at);
      case F16 -> getHalf(group + 2 * at);
      case BF16 -> Float.intBitsToFloat(getShort(group + 2 * at) << 16);
      default -> {
        long scales = group + codesBytes(type, columns);
        long scaleAt = (long) (column / type.scaleColumns()) * Lanes.COUNT + lane;
        float scale =
            halfScales(type) ? getHalf(scales + 2 * scaleAt) : getFloat(scales + 4 * scaleAt);
        float value = getByte(group + code(column, lane)) * scale;
        yield type.hasMinimum()
            ? value - getFloat(scales + scalesBytes(type, columns) + 4 * scaleAt)
            : value;
      }
    };
  }
}
