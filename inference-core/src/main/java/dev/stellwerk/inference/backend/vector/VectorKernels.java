package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.backend.Shapes;
import dev.stellwerk.inference.backend.WorkerPool;
import dev.stellwerk.inference.backend.scalar.Loops;
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

  VectorKernels(WorkerPool pool) {
    this.pool = pool;
    this.scratch = new Scratch[pool.threads()];
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = new Scratch();
    }
    this.matmul = new MatmulTask(pool, scratch);
    this.attention = new AttentionTask(pool, scratch);
    this.experts = new ExpertsTask(pool, scratch);
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
  public void rope(Rows x, int xStep, int heads, Rows angles, int n, Rows out, int outStep) {
    Shapes.rope(x, xStep, heads, angles, n, out, outStep);
    share(n, (from, to) -> Loops.rope(x, xStep, heads, angles, from, to, out, outStep));
  }

  @Override
  public void store(Rows latent, int n, KvView cache, int layer, int position) {
    Shapes.store(latent, n, cache, layer, position);
    Loops.store(latent, n, cache, layer, position);
  }

  @Override
  public void attend(
      Rows q, int heads, int n, KvView cache, int layer, int position, float scale, Rows out) {
    Shapes.attend(q, heads, n, cache, layer, position, out);
    attention.attend(q, heads, n, cache, layer, position, scale, out);
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
    share(n, (from, to) -> Loops.route(routing, logits, bias, from, to, out));
  }

  @Override
  public void experts(
      Matrix gate, Matrix up, Matrix down, Rows x, int n, Selection selection, Rows out) {
    Shapes.experts(gate, up, down, x, n, selection, out);
    experts.run(gate, up, down, x, n, selection, out);
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
    experts.close();
    for (Scratch each : scratch) {
      each.close();
    }
  }
}
