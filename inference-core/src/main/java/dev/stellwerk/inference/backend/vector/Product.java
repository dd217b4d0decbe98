package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.quant.Int8Row;
import dev.stellwerk.inference.backend.quant.WeightBlock;
import dev.stellwerk.inference.platform.Memory;

/// A part of a product of one matrix with some tokens: the unit of work that threads share.
///
/// A unit is some groups of rows. Few tokens are taken one by one, which is bound by reading the
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
  /// Groups of rows that a unit has at most. A long run of them is read faster than several short
  /// ones, for the processor fetches ahead.
  private static final int UNIT_GROUPS_MAX = 16;

  /// Groups that F32 and 16-bit weights are taken in, for one token.
  private static final int QUAD = 4;

  /// Units that a thread should have to choose from, so that all finish at the same time.
  private static final int UNITS_A_THREAD = 4;

  static final int TILE_TOKENS = PanelTiles.TOKENS;

  /// The most tokens of one call of [#run].
  static final int ITEM_TOKENS = 64;

  /// Columns that are widened at a time: two panels stay in the second-level cache.
  private static final int CHUNK = 1024;

  private static final long MINIMUMS = 2L * ITEM_TOKENS * Lanes.BYTES;
  private static final long GROUPS = 2 * MINIMUMS;
  private static final long PANEL_BYTES = (long) CHUNK * Lanes.BYTES;
  private static final long STEPS_BYTES = PANEL_BYTES / 16;
  private static final long GROUP_BYTES = PANEL_BYTES + 2 * STEPS_BYTES;
  private static final long DOTS = GROUPS + 2 * GROUP_BYTES;
  private static final long TILE_BYTES = 2L * TILE_TOKENS * Lanes.BYTES;
  private static final long SCRATCH_BYTES = DOTS + CHUNK / 16 * TILE_BYTES;

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

  /// How many groups a unit should have.
  ///
  /// @param rows of each matrix
  /// @param matrices that are multiplied at once
  static int unitGroups(int rows, int matrices, int threads) {
    long groups = (long) LaneLayout.groups(rows) * matrices / (UNITS_A_THREAD * (long) threads);
    return Math.clamp(groups / QUAD * QUAD, QUAD, UNIT_GROUPS_MAX);
  }

  /// How many units a matrix of so many rows has.
  static int units(int rows, int unitGroups) {
    return (LaneLayout.groups(rows) + unitGroups - 1) / unitGroups;
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
      int unitGroups,
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
    int first = unit * unitGroups;
    int last = Math.min(LaneLayout.groups(rows), first + unitGroups);
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
    long x = inputs[token];
    if (type.quantised()) {
      for (int i = 0; i < last - first; i++) {
        quantised(group(first + i), x, sums + (long) i * Lanes.BYTES);
      }
    } else {
      for (int i = first; i < last; i += QUAD) {
        quad(i, last - 1, x, sums + (long) (i - first) * Lanes.BYTES);
      }
    }
    for (int i = first; i < last; i++) {
      deliver(sums + (long) (i - first) * Lanes.BYTES, i, token);
    }
  }

  private void quad(int first, int last, long x, long y) {
    long g0 = group(first);
    long g1 = group(Math.min(first + 1, last));
    long g2 = group(Math.min(first + 2, last));
    long g3 = group(Math.min(first + 3, last));
    switch (type) {
      case F16 -> HalfTiles.half(g0, g1, g2, g3, columns, x, y);
      case BF16 -> HalfTiles.brain(g0, g1, g2, g3, columns, x, y);
      default -> F32Tiles.four(g0, g1, g2, g3, columns, x, y);
    }
  }

  private void quantised(long group, long x, long y) {
    long xScales = x + Int8Row.scales(columns);
    long xSums = x + Int8Row.sums(columns);
    int blocks = columns / WeightBlock.COLUMNS;
    boolean half = LaneLayout.halfScales(type);
    boolean minimums = type.hasMinimum();
    if (type == DType.MXFP4) {
      NibbleTiles.coded(group, Panels.MXFP4, blocks, x, xScales, y);
    } else if (LaneLayout.nibbles(type)) {
      long codeSums = x + Int8Row.codeSums(columns);
      int offset = LaneLayout.offset(type);
      NibbleTiles.plain(group, half, minimums, offset, blocks, x, xScales, xSums, codeSums, y);
    } else if (LaneLayout.parts(type) == 1) {
      ByteTiles.whole(group, half, minimums, blocks, x, xScales, xSums, y);
    } else {
      ByteTiles.split(group, minimums, blocks, x, xScales, x + Int8Row.halfSums(columns), y);
    }
  }

  // ---- many tokens ----

  private void pair(int group0, int group1, long sums) {
    long g0 = group(group0);
    long g1 = group(group1);
    int tiles = (to - from + TILE_TOKENS - 1) / TILE_TOKENS;
    Memory.clear(sums, GROUPS);
    for (int column = 0; column < columns; column += CHUNK) {
      chunk(g0, g1, column, Math.min(CHUNK, columns - column), tiles, sums);
    }
    if (rounded && type.hasMinimum()) {
      subtract(sums + MINIMUMS, 2 * tiles * TILE_TOKENS, sums);
    }
    for (int t = from; t < to; t++) {
      long tokenSums = sums + 2L * (t - from) * Lanes.BYTES;
      deliver(tokenSums, group0, t);
      if (group1 != group0) {
        deliver(tokenSums + Lanes.BYTES, group1, t);
      }
    }
  }

  /// Adds the products of some columns to the sums of all tiles.
  private void chunk(long g0, long g1, int column, int width, int tiles, long sums) {
    long m0 = sums + GROUPS;
    long m1 = m0 + GROUP_BYTES;
    long p0 = panel(g0, column, width, m0);
    long p1 = panel(g1, column, width, m1);
    long x = rounded ? Int8Row.floats(columns) + 4L * column : 4L * column;
    for (int tile = 0; tile < tiles; tile++) {
      int t = from + tile * TILE_TOKENS;
      long x0 = inputs[t];
      long x1 = inputs[Math.min(t + 1, to - 1)];
      long x2 = inputs[Math.min(t + 2, to - 1)];
      long x3 = inputs[Math.min(t + 3, to - 1)];
      long y2 = sums + 2L * tile * TILE_TOKENS * Lanes.BYTES;
      if (!rounded) {
        PanelTiles.floats(p0, p1, width, x0 + x, x1 + x, x2 + x, x3 + x, y2);
        continue;
      }
      int step = type.scaleColumns();
      long s0 = m0 + PANEL_BYTES;
      long s1 = m1 + PANEL_BYTES;
      long dots = sums + DOTS;
      for (int i = 0; i < width; i += step) {
        long p = (long) i * Lanes.BYTES;
        long o = x + 4L * i;
        PanelTiles.dots(
            p0 + p, p1 + p, step, x0 + o, x1 + o, x2 + o, x3 + o, dots + i / step * TILE_BYTES);
      }
      long xs = Int8Row.scales(columns) + 4L * (column / WeightBlock.COLUMNS);
      int parts = LaneLayout.parts(type);
      PanelTiles.scaled(dots, width / step, parts, s0, s1, x0 + xs, x1 + xs, x2 + xs, x3 + xs, y2);
      if (type.hasMinimum()) {
        long o = step == WeightBlock.HALF ? Int8Row.halfSums(columns) : Int8Row.sums(columns);
        o += 4L * (column / step);
        s0 += STEPS_BYTES;
        s1 += STEPS_BYTES;
        y2 += MINIMUMS;
        PanelTiles.floats(s0, s1, width / step, x0 + o, x1 + o, x2 + o, x3 + o, y2);
      }
    }
  }

  /// Widens some columns of a group into memory, if need be, scales and minimums beside them.
  ///
  /// @return address of the panel
  private long panel(long group, int column, int width, long memory) {
    long at = (long) column * Lanes.COUNT;
    switch (type) {
      case F32 -> {
        return group + 4 * at;
      }
      case F16 -> Panels.halves(group + 2 * at, width, memory);
      case BF16 -> Panels.upperHalves(group + 2 * at, width, memory);
      default -> {
        int bytes = LaneLayout.blockBytes(type);
        int parts = LaneLayout.parts(type);
        int blocks = width / WeightBlock.COLUMNS;
        long block = group + (long) (column / WeightBlock.COLUMNS) * bytes;
        long scales = block + LaneLayout.codesBytes(type);
        long minimums = scales + (long) parts * LaneLayout.scaleBytes(type);
        long steps = memory + PANEL_BYTES;
        Panels.codes(type, block, blocks, memory);
        Panels.steps(LaneLayout.halfScales(type), scales, bytes, blocks, parts, steps);
        if (type.hasMinimum()) {
          Panels.steps(false, minimums, bytes, blocks, parts, steps + STEPS_BYTES);
        }
        if (!rounded) {
          Panels.scale(type, width, steps, steps + STEPS_BYTES, memory);
        }
      }
    }
    return memory;
  }

  private static void subtract(long b, int vectors, long sums) {
    for (int i = 0; i < vectors; i++) {
      long at = (long) i * Lanes.BYTES;
      Lanes.store(Lanes.load(sums + at).sub(Lanes.load(b + at)), sums + at);
    }
  }

  /// Copies a vector of sums to where the token's output lies; the last one may be partly void.
  private void deliver(long sums, int group, int token) {
    int row = group * Lanes.COUNT;
    long out = y + (token - from) * yToken + 4L * row;
    int valid = Math.min(Lanes.COUNT, rows - row);
    for (int i = 0; i < valid; i++) { // a vector would be an object until C2 has seen it often
      Memory.putFloat(out + 4L * i, Memory.getFloat(sums + 4L * i));
    }
  }
}
