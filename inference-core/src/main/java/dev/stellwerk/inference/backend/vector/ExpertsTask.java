package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Experts;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.backend.WorkerPool;
import dev.stellwerk.inference.platform.Memory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The routed experts of a batch: tokens grouped by expert, so that an expert's weights are read
/// once for all of its tokens.
///
/// A pair is a token and one of its slots. Pairs are sorted by expert; a segment is one expert's
/// run of them. Inputs are copied into that order, results are added up in the order of the slots.
///
/// ```
/// memory: x [pairs, hidden] | gate [pairs, inner] | up [pairs, inner] | out [pairs, hidden]
/// ```
final class ExpertsTask {
  private static final int ACTIVATE_PAIRS = 16;
  private static final int COMBINE_TOKENS = 8;

  private final WorkerPool pool;
  private final Scratch[] scratch;
  private final Scratch memory = new Scratch();
  private final WorkerPool.Task inner = this::runInner;
  private final WorkerPool.Task activate = this::runActivate;
  private final WorkerPool.Task outer = this::runOuter;
  private final WorkerPool.Task combine = this::runCombine;

  private int[] order = new int[0]; // pair at each place
  private int[] place = new int[0]; // of each pair
  private int[] start = new int[0]; // of each segment, and the end
  private int[] expert = new int[0]; // of each segment
  private int segments;
  private @Nullable Call call;

  /// The arguments, and where the parts of the memory begin.
  private record Call(
      Experts experts,
      Selection selection,
      int n,
      Rows out,
      long xs,
      long gates,
      long ups,
      long outs) {}

  ExpertsTask(WorkerPool pool, Scratch[] scratch) {
    this.pool = pool;
    this.scratch = scratch;
  }

  void run(Experts experts, Rows x, int n, Selection selection, Rows out) {
    int pairs = n * selection.used();
    long hiddenBytes = 4L * x.width();
    long innerBytes = 4L * experts.inner();
    long xs = memory.address(2L * pairs * (hiddenBytes + innerBytes));
    long gates = xs + pairs * hiddenBytes;
    long ups = gates + pairs * innerBytes;
    sort(experts.count(), pairs, selection);
    for (int i = 0; i < pairs; i++) {
      Memory.copy(x.address(order[i] / selection.used()), xs + i * hiddenBytes, hiddenBytes);
    }
    call = new Call(experts, selection, n, out, xs, gates, ups, ups + pairs * innerBytes);
    pool.run(inner, segments * Product.units(experts.inner()));
    pool.run(activate, (pairs + ACTIVATE_PAIRS - 1) / ACTIVATE_PAIRS);
    pool.run(outer, segments * Product.units(experts.hidden()));
    pool.run(combine, (n + COMBINE_TOKENS - 1) / COMBINE_TOKENS);
    call = null;
  }

  /// Counting sort of the pairs by expert; pairs of one expert keep their order.
  private void sort(int experts, int pairs, Selection selection) {
    if (order.length < pairs) {
      order = new int[pairs];
      place = new int[pairs];
    }
    if (start.length <= experts) {
      start = new int[experts + 1];
      expert = new int[experts];
    }
    Arrays.fill(start, 0);
    for (int pair = 0; pair < pairs; pair++) {
      start[id(selection, pair) + 1]++;
    }
    for (int e = 0; e < experts; e++) {
      start[e + 1] += start[e];
    }
    for (int pair = 0; pair < pairs; pair++) {
      int at = start[id(selection, pair)]++;
      order[at] = pair;
      place[pair] = at;
    }
    segments = 0;
    for (int at = 0; at < pairs; at++) {
      int e = id(selection, order[at]);
      if (segments == 0 || expert[segments - 1] != e) {
        expert[segments] = e;
        start[segments++] = at;
      }
    }
    start[segments] = pairs;
  }

  private static int id(Selection selection, int pair) {
    return Memory.getInt(selection.idAddress(0, 0) + 4L * pair);
  }

  /// One unit of one expert's gate and up.
  private void runInner(int item, int worker) {
    Call c = current();
    int rows = c.experts.inner();
    int units = Product.units(rows);
    int segment = item / units;
    int unit = item % units;
    project(c.experts.gate(), segment, unit, c.xs, c.gates, worker);
    project(c.experts.up(), segment, unit, c.xs, c.ups, worker);
  }

  /// The activation of some pairs. Not a part of [#runInner], whose units overlap at the edge of a
  /// matrix and may compute a column twice.
  private void runActivate(int item, int worker) {
    Call c = current();
    int width = c.experts.inner();
    int to = Math.min(start[segments], (item + 1) * ACTIVATE_PAIRS);
    for (int i = item * ACTIVATE_PAIRS; i < to; i++) {
      long g = c.gates + 4L * i * width;
      long u = c.ups + 4L * i * width;
      int e = id(c.selection, order[i]);
      addBias(g, c.experts.gateBias(), e, width);
      addBias(u, c.experts.upBias(), e, width);
      switch (c.experts.activation()) {
        case SWIGLU -> Elementwise.swiglu(g, u, 0, width);
        case SWIGLU_CLAMPED -> Elementwise.swigluClamped(g, u, 0, width);
      }
    }
  }

  private static void addBias(long x, @Nullable Buffer bias, int expert, int width) {
    if (bias != null) {
      Elementwise.add(x, Experts.biasAddress(bias, expert, width), width);
    }
  }

  private void runOuter(int item, int worker) {
    Call c = current();
    int units = Product.units(c.experts.hidden());
    project(c.experts.down(), item / units, item % units, c.gates, c.outs, worker);
  }

  private void project(Matrix w, int segment, int unit, long in, long out, int worker) {
    long xToken = 4L * w.columns();
    long yToken = 4L * w.rows();
    int first = start[segment];
    int n = start[segment + 1] - first;
    Product.run(
        w.type(),
        w.address(expert[segment]),
        w.rows(),
        w.columns(),
        unit,
        in + first * xToken,
        xToken,
        0,
        n,
        n,
        out + first * yToken,
        yToken,
        scratch[worker].address(Product.scratchBytes()));
  }

  private void runCombine(int item, int worker) {
    Call c = current();
    int used = c.selection.used();
    int width = c.out.width();
    for (int t = item * COMBINE_TOKENS; t < Math.min(c.n, (item + 1) * COMBINE_TOKENS); t++) {
      for (int slot = 0; slot < used; slot++) {
        long row = c.outs + 4L * width * place[t * used + slot];
        float weight = Memory.getFloat(c.selection.weightAddress(t, slot));
        addBias(row, c.experts.downBias(), id(c.selection, t * used + slot), width);
        Elementwise.scaleAdd(row, weight, c.out.address(t), width, slot == 0);
      }
    }
  }

  private Call current() {
    if (call == null) {
      throw new IllegalStateException("no call");
    }
    return call;
  }

  void close() {
    memory.close();
  }
}
