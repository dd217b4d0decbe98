package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.WorkerPool;
import dev.stellwerk.inference.backend.quant.Int8Row;
import org.jspecify.annotations.Nullable;

/// A product of a stack of matrices with a batch: an item is one unit of one matrix for a run of
/// tokens. One instance serves all products, so that none allocates.
final class MatmulTask implements WorkerPool.Task, AutoCloseable {
  /// Inputs that one item rounds.
  private static final int ROUND_INPUTS = 8;

  private final WorkerPool pool;
  private final Product[] products;
  private final NumericMode mode;
  private final Scratch memory = new Scratch();
  private final WorkerPool.Task round = this::runRound;

  private @Nullable Matrix matrix;
  private boolean rounded;
  private long[] raw = new long[0]; // inputs as they are, [count, n]
  private long[] inputs = new long[0]; // what the products take, [count, n]
  private int count;
  private int columns;
  private int unitGroups;
  private int units;
  private int runs;
  private int n;
  private long y;
  private long yStep;
  private long yToken;

  MatmulTask(WorkerPool pool, Product[] products, NumericMode mode) {
    this.pool = pool;
    this.products = products;
    this.mode = mode;
  }

  /// @param xStep bytes from one matrix's input to the next one's
  /// @param newYStep bytes from one matrix's output to the next one's
  void multiply(
      Matrix w,
      long x,
      long xStep,
      long xToken,
      int newN,
      long newY,
      long newYStep,
      long newYToken) {
    matrix = w;
    n = newN;
    count = w.count();
    columns = w.columns();
    unitGroups = Product.unitGroups(w.rows(), count, pool.threads());
    units = Product.units(w.rows(), unitGroups);
    runs = (n + Product.ITEM_TOKENS - 1) / Product.ITEM_TOKENS;
    y = newY;
    yStep = newYStep;
    yToken = newYToken;
    rounded = w.type().quantised() && (mode == NumericMode.EXACT || n < Product.TILE_TOKENS);
    collect(x, xStep, xToken);
    pool.run(this, count * units * runs);
    matrix = null;
  }

  private void collect(long x, long xStep, long xToken) {
    int total = count * n;
    if (raw.length < total) {
      raw = new long[total];
      inputs = new long[total];
    }
    long bytes = Int8Row.bytes(columns);
    long base = rounded ? memory.address(total * bytes) : 0L;
    for (int i = 0; i < count; i++) {
      for (int t = 0; t < n; t++) {
        int at = i * n + t;
        raw[at] = x + i * xStep + t * xToken;
        inputs[at] = rounded ? base + at * bytes : raw[at];
      }
    }
    if (rounded) {
      pool.run(round, (total + ROUND_INPUTS - 1) / ROUND_INPUTS);
    }
  }

  private void runRound(int item, int worker) {
    int to = Math.min(count * n, (item + 1) * ROUND_INPUTS);
    for (int i = item * ROUND_INPUTS; i < to; i++) {
      Int8Row.quantise(raw[i], columns, inputs[i], n >= Product.TILE_TOKENS);
    }
  }

  @Override
  public void run(int item, int worker) {
    if (matrix == null) {
      throw new IllegalStateException("run before multiply");
    }
    int index = item / (units * runs);
    int unit = item / runs % units;
    int from = item % runs * Product.ITEM_TOKENS;
    int to = Math.min(n, from + Product.ITEM_TOKENS);
    products[worker].run(
        matrix,
        index,
        unit,
        unitGroups,
        rounded,
        inputs,
        index * n + from,
        index * n + to,
        y + index * yStep + from * yToken,
        yToken);
  }

  @Override
  public void close() {
    memory.close();
  }
}
