package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.quant.Int8Row;
import dev.stellwerk.inference.platform.Memory;

/// A part of a product of one matrix with some tokens: the unit of work that threads share.
///
/// A unit is four groups of rows. Few tokens are taken one by one, which is bound by reading the
/// weights. From [#TILE_TOKENS] tokens on, two groups at a time are widened to F32 once for all
/// tokens, which are then taken four at a time. Where groups or tokens are missing at an edge, the
/// last one takes their place and its results are dropped, so there are no remainder kernels.
///
/// ```
/// scratch: sums [ITEM_TOKENS][2] | minimums' sums [4][2] | panels [2][CHUNK] | scales [2][CHUNK / 16]
/// ```
///
/// (in vectors)
final class Product {
  static final int UNIT_GROUPS = 4;
  static final int TILE_TOKENS = PanelTiles.TOKENS;

  /// The most tokens of one call of [#run].
  static final int ITEM_TOKENS = 64;

  /// Columns that are widened at a time: two panels stay in the second-level cache.
  private static final int CHUNK = 1024;

  private static final long MINIMUMS = 2L * ITEM_TOKENS * Lanes.BYTES;
  private static final long PANELS = MINIMUMS + 2L * TILE_TOKENS * Lanes.BYTES;
  private static final long PANEL_BYTES = (long) CHUNK * Lanes.BYTES;
  private static final long SCALES = PANELS + 2 * PANEL_BYTES;
  private static final long SCALES_BYTES = PANEL_BYTES / 16;
  private static final long SCRATCH_BYTES = SCALES + 2 * SCALES_BYTES;

  private final Scratch scratch;

  // Of the current call:
  private DType type = DType.F32;
  private int columns;
  private int rows;
  private long matrix; // address
  private boolean rounded;
  private long[] inputs = new long[0];
  private int from;
  private int to;
  private long y;
  private long yToken;

  Product(Scratch scratch) {
    this.scratch = scratch;
  }

  /// How many units a matrix of so many rows has.
  static int units(int rows) {
    return (LaneLayout.groups(rows) + UNIT_GROUPS - 1) / UNIT_GROUPS;
  }

  /// Computes one unit for the tokens from `newFrom` to `newTo`.
  ///
  /// @param isRounded whether inputs are [Int8Row]s, else F32
  /// @param newInputs addresses of the tokens' inputs
  /// @param newY address of the output of the token `newFrom`
  /// @param newYToken bytes between outputs
  void run(
      Matrix w,
      int index,
      int unit,
      boolean isRounded,
      long[] newInputs,
      int newFrom,
      int newTo,
      long newY,
      long newYToken) {
    type = w.type();
    columns = w.columns();
    rows = w.rows();
    matrix = w.address(index);
    rounded = isRounded;
    inputs = newInputs;
    from = newFrom;
    to = newTo;
    y = newY;
    yToken = newYToken;
    int first = unit * UNIT_GROUPS;
    int last = Math.min(LaneLayout.groups(rows), first + UNIT_GROUPS);
    long memory = scratch.address(SCRATCH_BYTES);
    boolean fewTokens = to - from < TILE_TOKENS && (rounded || !type.quantised());
    if (fewTokens) {
      for (int t = from; t < to; t++) {
        single(first, last, t, memory);
      }
    } else {
      for (int group = first; group < last; group += 2) {
        pair(group, Math.min(group + 1, last - 1), memory);
      }
    }
  }

  private long group(int index) {
    return matrix + index * LaneLayout.groupBytes(type, columns);
  }

  // ---- one token ----

  private void single(int first, int last, int token, long sums) {
    long g0 = group(first);
    long g1 = group(Math.min(first + 1, last - 1));
    long g2 = group(Math.min(first + 2, last - 1));
    long g3 = group(last - 1);
    long x = inputs[token];
    switch (type) {
      case F32 -> F32Tiles.four(g0, g1, g2, g3, columns, x, sums);
      case F16 -> HalfTiles.half(g0, g1, g2, g3, columns, x, sums);
      case BF16 -> HalfTiles.brain(g0, g1, g2, g3, columns, x, sums);
      default -> {
        for (int i = 0; i < last - first; i++) {
          quantised(group(first + i), x, sums + (long) i * Lanes.BYTES);
        }
      }
    }
    if (type.hasMinimum()) {
      long offset = LaneLayout.minimums(type, columns);
      long b = sums + MINIMUMS;
      int steps = LaneLayout.scales(type, columns);
      long x2 = x + inputSums();
      F32Tiles.four(g0 + offset, g1 + offset, g2 + offset, g3 + offset, steps, x2, b);
      subtract(b, UNIT_GROUPS, sums);
    }
    for (int i = first; i < last; i++) {
      deliver(sums + (long) (i - first) * Lanes.BYTES, i, token);
    }
  }

  private void quantised(long group, long x, long y) {
    long scales = group + LaneLayout.codesBytes(type, columns);
    long xScales = x + Int8Row.scales(columns);
    int blocks = columns / 32;
    if (type.scaleColumns() == 32) {
      ByteTiles.whole(group, scales, LaneLayout.halfScales(type), blocks, x, xScales, y);
    } else {
      ByteTiles.split(group, scales, blocks, x, xScales, y);
    }
  }

  // ---- many tokens ----

  private void pair(int group0, int group1, long sums) {
    long g0 = group(group0);
    long g1 = group(group1);
    int tiles = (to - from + TILE_TOKENS - 1) / TILE_TOKENS;
    Memory.clear(sums, 2L * tiles * TILE_TOKENS * Lanes.BYTES);
    for (int column = 0; column < columns; column += CHUNK) {
      int width = Math.min(CHUNK, columns - column);
      chunk(g0, g1, column, width, tiles, sums);
    }
    for (int tile = 0; tile < tiles; tile++) {
      int t = from + tile * TILE_TOKENS;
      long tileSums = sums + 2L * tile * TILE_TOKENS * Lanes.BYTES;
      if (rounded && type.hasMinimum()) {
        subtractMinimums(g0, g1, t, sums + MINIMUMS, tileSums);
      }
      for (int i = 0; i < Math.min(TILE_TOKENS, to - t); i++) {
        deliver(tileSums + 2L * i * Lanes.BYTES, group0, t + i);
        if (group1 != group0) {
          deliver(tileSums + (2L * i + 1) * Lanes.BYTES, group1, t + i);
        }
      }
    }
  }

  /// Adds the products of some columns to the sums of all tiles.
  private void chunk(long g0, long g1, int column, int width, int tiles, long sums) {
    long p0 = sums + PANELS;
    long p1 = p0 + PANEL_BYTES;
    long d0 = scales(g0, column, width, sums + SCALES);
    long d1 = scales(g1, column, width, sums + SCALES + SCALES_BYTES);
    p0 = panel(g0, column, width, d0, p0);
    p1 = g1 == g0 ? p0 : panel(g1, column, width, d1, p1);
    long floats = rounded ? Int8Row.floats(columns) : 0;
    long x = floats + 4L * column;
    long scales = Int8Row.scales(columns) + 4L * (column / 32) - x;
    for (int tile = 0; tile < tiles; tile++) {
      int t = from + tile * TILE_TOKENS;
      long x0 = inputs[t] + x;
      long x1 = inputs[Math.min(t + 1, to - 1)] + x;
      long x2 = inputs[Math.min(t + 2, to - 1)] + x;
      long x3 = inputs[Math.min(t + 3, to - 1)] + x;
      long tileSums = sums + 2L * tile * TILE_TOKENS * Lanes.BYTES;
      if (rounded) {
        int step = type.scaleColumns();
        PanelTiles.integers(p0, p1, d0, d1, width, step, x0, x1, x2, x3, scales, tileSums);
      } else {
        PanelTiles.floats(p0, p1, width, x0, x1, x2, x3, tileSums);
      }
    }
  }

  /// A panel of the scales of some columns, widened into memory if need be.
  private long scales(long group, int column, int width, long memory) {
    if (!type.quantised()) {
      return 0;
    }
    long from = group + LaneLayout.codesBytes(type, columns);
    int first = LaneLayout.scales(type, column);
    if (!LaneLayout.halfScales(type)) {
      return from + (long) first * Lanes.BYTES;
    }
    Panels.halves(from + (long) first * (Lanes.BYTES / 2), width / type.scaleColumns(), memory);
    return memory;
  }

  /// A panel of the weights of some columns, widened into memory if need be.
  private long panel(long group, int column, int width, long scales, long memory) {
    long at = (long) column * Lanes.COUNT;
    switch (type) {
      case F32 -> {
        return group + 4 * at;
      }
      case F16 -> Panels.halves(group + 2 * at, width, memory);
      case BF16 -> Panels.upperHalves(group + 2 * at, width, memory);
      default -> {
        Panels.codes(group + at, width, memory);
        if (!rounded) {
          long minimums = group + LaneLayout.minimums(type, columns);
          long first = (long) LaneLayout.scales(type, column) * Lanes.BYTES;
          Panels.scale(type, width, scales, minimums + first, memory);
        }
      }
    }
    return memory;
  }

  private void subtractMinimums(long g0, long g1, int t, long b, long sums) {
    long offset = LaneLayout.minimums(type, columns);
    long x = inputSums();
    Memory.clear(b, 2L * TILE_TOKENS * Lanes.BYTES);
    PanelTiles.floats(
        g0 + offset,
        g1 + offset,
        LaneLayout.scales(type, columns),
        inputs[t] + x,
        inputs[Math.min(t + 1, to - 1)] + x,
        inputs[Math.min(t + 2, to - 1)] + x,
        inputs[Math.min(t + 3, to - 1)] + x,
        b);
    subtract(b, 2 * TILE_TOKENS, sums);
  }

  /// Where the sums lie in an input that minimums are multiplied with.
  private long inputSums() {
    return type.scaleColumns() == 32 ? Int8Row.sums(columns) : Int8Row.halfSums(columns);
  }

  private static void subtract(long b, int vectors, long sums) {
    for (int i = 0; i < vectors * Lanes.COUNT; i++) {
      Memory.putFloat(sums + 4L * i, Memory.getFloat(sums + 4L * i) - Memory.getFloat(b + 4L * i));
    }
  }

  /// Copies a vector of sums to where the token's output lies; the last one may be partly void.
  private void deliver(long sums, int group, int token) {
    int row = group * Lanes.COUNT;
    long out = y + (token - from) * yToken + 4L * row;
    if (rows - row >= Lanes.COUNT) {
      Lanes.store(Lanes.load(sums), out);
    } else {
      Memory.copy(sums, out, 4L * (rows - row));
    }
  }
}
