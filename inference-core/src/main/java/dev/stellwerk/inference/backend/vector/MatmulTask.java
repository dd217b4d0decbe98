package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.WorkerPool;

/// A product of a stack of matrices with a batch: an item is one unit of one matrix for a run of
/// tokens. One instance serves all products, so that none allocates.
final class MatmulTask implements WorkerPool.Task {
  /// Tokens an item; their inputs stay in the first-level cache while a unit's weights pass.
  private static final int ITEM_TOKENS = 64;

  private final WorkerPool pool;
  private final Scratch[] scratch;

  private DType type = DType.F32;
  private long matrices;
  private long matrixBytes;
  private int rows;
  private int columns;
  private int units;
  private int runs;
  private long x;
  private long xStep;
  private long xToken;
  private int n;
  private long y;
  private long yStep;
  private long yToken;

  MatmulTask(WorkerPool pool, Scratch[] scratch) {
    this.pool = pool;
    this.scratch = scratch;
  }

  /// @param newXStep bytes from one matrix's input to the next one's
  /// @param newYStep bytes from one matrix's output to the next one's
  void multiply(
      Matrix w,
      long newX,
      long newXStep,
      long newXToken,
      int newN,
      long newY,
      long newYStep,
      long newYToken) {
    type = w.type();
    matrices = w.address(0);
    matrixBytes = w.matrixBytes();
    rows = w.rows();
    columns = w.columns();
    units = Product.units(rows);
    runs = (newN + ITEM_TOKENS - 1) / ITEM_TOKENS;
    x = newX;
    xStep = newXStep;
    xToken = newXToken;
    n = newN;
    y = newY;
    yStep = newYStep;
    yToken = newYToken;
    pool.run(this, w.count() * units * runs);
  }

  @Override
  public void run(int item, int worker) {
    int matrix = item / (units * runs);
    int unit = item / runs % units;
    int from = item % runs * ITEM_TOKENS;
    Product.run(
        type,
        matrices + matrix * matrixBytes,
        rows,
        columns,
        unit,
        x + matrix * xStep,
        xToken,
        from,
        Math.min(n, from + ITEM_TOKENS),
        n,
        y + matrix * yStep,
        yToken,
        scratch[worker].address(Product.scratchBytes()));
  }
}
