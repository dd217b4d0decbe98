package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.Attention;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Experts;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.backend.RopeStyle;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.backend.Shapes;
import dev.stellwerk.inference.backend.WorkerPool;
import dev.stellwerk.inference.backend.scalar.Elementwise;
import dev.stellwerk.inference.backend.scalar.Loops;
import dev.stellwerk.inference.backend.scalar.Router;
import dev.stellwerk.inference.platform.Memory;
import org.jspecify.annotations.Nullable;

/// Products, attention and experts on vectors and all threads; the rest as plain loops, which share
/// their tokens among threads when there are many.
final class VectorKernels implements Kernels, AutoCloseable {
  private static final int RANGE_TOKENS = 8;
  private static final int PARALLEL_TOKENS_MIN = 32;

  private final WorkerPool pool;
  private final Scratch[] scratch;
  private final MatmulTask matmul;
  private final AttentionTask attention;
  private final ExpertsTask experts;

  VectorKernels(WorkerPool pool, NumericMode mode) {
    this.pool = pool;
    this.scratch = new Scratch[pool.threads()];
    Product[] products = new Product[scratch.length];
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = new Scratch();
      products[i] = new Product(scratch[i]);
    }
    this.matmul = new MatmulTask(pool, products, mode);
    this.attention = new AttentionTask(pool, scratch);
    this.experts = new ExpertsTask(pool, products, mode);
  }

  @Override
  public void embed(Matrix table, Buffer tokens, int n, Rows out) {
    Shapes.embed(table, tokens, n, out);
    for (int t = 0; t < n; t++) {
      int token = Memory.getInt(tokens.address() + 4L * t);
      Shapes.check(token >= 0 && token < table.rows(), "token id");
      LaneLayout.expand(table.type(), table.columns(), token, table.address(0), out.address(t));
    }
  }

  @Override
  public void rmsNorm(Rows x, Buffer weight, float epsilon, int n, Rows out) {
    Shapes.norm(x, weight, n, out);
    share(n, (from, to) -> Loops.rmsNorm(x, weight, epsilon, from, to, out));
  }

  @Override
  public void matmul(Matrix w, Rows x, int n, Rows y) {
    Shapes.matmul(w, x, n, y);
    matmul.multiply(w, x.address(0), 0, x.strideBytes(), n, y.address(0), 0, y.strideBytes());
  }

  @Override
  public void matmulHeads(Matrix w, Rows x, int xStep, int n, Rows y, int yStep) {
    Shapes.matmulHeads(w, x, xStep, n, y, yStep);
    matmul.multiply(
        w, x.address(0), 4L * xStep, x.strideBytes(), n, y.address(0), 4L * yStep, y.strideBytes());
  }

  @Override
  public void rmsNormHeads(Rows x, int heads, Buffer weight, float epsilon, int n) {
    Shapes.normHeads(x, heads, weight, n);
    share(n, (from, to) -> Loops.rmsNormHeads(x, heads, weight, epsilon, from, to));
  }

  @Override
  public void addBias(Rows x, Buffer bias, int n) {
    Shapes.bias(x, bias, n);
    share(n, (from, to) -> Loops.addBias(x, bias, from, to));
  }

  @Override
  public void rope(
      RopeStyle style, Rows x, int xStep, int heads, Rows angles, int n, Rows out, int outStep) {
    Shapes.rope(x, xStep, heads, angles, n, out, outStep);
    share(n, (from, to) -> Loops.rope(style, x, xStep, heads, angles, from, to, out, outStep));
  }

  @Override
  public void store(Rows rows, int n, KvView cache, int layer, int position) {
    Shapes.store(rows, n, cache, layer, position);
    Loops.store(rows, n, cache, layer, position);
  }

  @Override
  public void attend(
      Attention spec, Rows q, int n, KvView cache, int layer, int position, Rows out) {
    Shapes.attend(spec, q, n, cache, layer, position, out);
    attention.attend(spec, q, n, cache, layer, position, out);
  }

  @Override
  public void swiglu(Rows gate, Rows up, int n) {
    Shapes.rows(gate, n, up);
    share(
        n,
        (from, to) -> {
          for (int t = from; t < to; t++) {
            Elementwise.swiglu(gate.address(t), up.address(t), 0, gate.width());
          }
        });
  }

  @Override
  public void route(Routing routing, Rows logits, @Nullable Buffer bias, int n, Selection out) {
    Shapes.route(routing, logits, bias, n, out);
    share(n, (from, to) -> Router.route(routing, logits, bias, from, to, out));
  }

  @Override
  public void experts(Experts weights, Rows x, int n, Selection selection, Rows out) {
    Shapes.experts(weights, x, n, selection, out);
    experts.run(weights, x, n, selection, out);
  }

  @Override
  public void gather(Rows x, Buffer rows, int n, Rows out) {
    Shapes.gather(x, rows, n, out);
    Loops.gather(x, rows, n, out);
  }

  @Override
  public void add(Rows x, Rows y, int n) {
    Shapes.rows(x, n, y);
    share(n, (from, to) -> Loops.add(x, y, from, to));
  }

  /// A loop over some of the tokens.
  private interface TokenLoop {
    void run(int from, int to);
  }

  private void share(int n, TokenLoop loop) {
    if (n < PARALLEL_TOKENS_MIN) {
      loop.run(0, n);
    } else {
      pool.run(
          (item, worker) -> loop.run(item * RANGE_TOKENS, Math.min(n, (item + 1) * RANGE_TOKENS)),
          (n + RANGE_TOKENS - 1) / RANGE_TOKENS);
    }
  }

  @Override
  public void close() {
    attention.close();
    matmul.close();
    experts.close();
    for (Scratch each : scratch) {
      each.close();
    }
  }
}
