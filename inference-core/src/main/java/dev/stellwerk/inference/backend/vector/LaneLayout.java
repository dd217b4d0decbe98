package dev.stellwerk.inference.backend.vector;

import static dev.stellwerk.inference.platform.Memory.getByte;
import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.getHalf;
import static dev.stellwerk.inference.platform.Memory.putByte;
import static dev.stellwerk.inference.platform.Memory.putFloat;

import dev.stellwerk.inference.backend.DType;

/// Weights with as many rows side by side as a vector has lanes, so that a lane sums its own row
/// and nothing is ever summed across lanes.
///
/// ```
/// a group of L rows, L = Lanes.COUNT; rows beyond the last are zeros
///
/// F32    column 0: L floats | column 1: L floats | ...
/// Q8_0   block of 32 columns: column 0: L bytes | ... | column 31: L bytes | L scales, f32
/// Q4_0   block of 32 columns: pair 0: L bytes | ... | pair 15: L bytes | L scales, f32
///        pair j holds column j in its low and column j + 16 in its high four bits
/// ```
///
/// Scales are widened to F32: it costs 6 % (Q8_0) or 11 % (Q4_0) of memory and saves the
/// conversion.
final class LaneLayout {
  static final int BLOCK = 32;

  private LaneLayout() {}

  static int groups(int rows) {
    return (rows + Lanes.COUNT - 1) / Lanes.COUNT;
  }

  static long blockBytes(DType type) {
    return switch (type) {
      case F32 -> (long) BLOCK * Lanes.BYTES;
      case Q8_0 -> BLOCK * (long) Lanes.COUNT + Lanes.BYTES;
      case Q4_0 -> BLOCK / 2 * (long) Lanes.COUNT + Lanes.BYTES;
    };
  }

  static long groupBytes(DType type, int columns) {
    return type == DType.F32 ? (long) columns * Lanes.BYTES : columns / BLOCK * blockBytes(type);
  }

  /// Rearranges one group.
  ///
  /// @param from the matrix in the file's layout
  /// @param to where the group goes; zeros so far
  static void pack(DType type, int rows, int columns, int group, long from, long to) {
    for (int lane = 0; lane < Lanes.COUNT; lane++) {
      int row = group * Lanes.COUNT + lane;
      if (row < rows) {
        long source = from + row * type.bytes(columns);
        switch (type) {
          case F32 -> packF32(columns, source, to + 4L * lane);
          case Q8_0 -> packBytes(columns / BLOCK, BLOCK, source, to, lane);
          case Q4_0 -> packBytes(columns / BLOCK, BLOCK / 2, source, to, lane);
        }
      }
    }
  }

  private static void packF32(int columns, long from, long to) {
    for (int i = 0; i < columns; i++) {
      putFloat(to + (long) i * Lanes.BYTES, getFloat(from + 4L * i));
    }
  }

  /// @param bytes of quantised values in a block
  private static void packBytes(int blocks, int bytes, long from, long to, int lane) {
    long source = from;
    long target = to + lane;
    for (int block = 0; block < blocks; block++) {
      for (int i = 0; i < bytes; i++) {
        putByte(target + (long) i * Lanes.COUNT, getByte(source + 2 + i));
      }
      putFloat(target - lane + (long) bytes * Lanes.COUNT + 4L * lane, getHalf(source));
      source += 2 + bytes;
      target += (long) bytes * Lanes.COUNT + Lanes.BYTES;
    }
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
    long block = group + column / BLOCK * blockBytes(type);
    int i = column % BLOCK;
    return switch (type) {
      case F32 -> getFloat(group + (long) column * Lanes.BYTES + 4L * lane);
      case Q8_0 ->
          getByte(block + (long) i * Lanes.COUNT + lane)
              * getFloat(block + (long) BLOCK * Lanes.COUNT + 4L * lane);
      case Q4_0 -> {
        int pair = getByte(block + (long) (i % 16) * Lanes.COUNT + lane);
        float scale = getFloat(block + (long) BLOCK / 2 * Lanes.COUNT + 4L * lane);
        yield ((i < 16 ? pair & 15 : pair >> 4 & 15) - 8) * scale;
      }
    };
  }
}
