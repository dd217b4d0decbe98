package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Experts;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.backend.WorkerPool;
import dev.stellwerk.inference.backend.quant.Int8Row;
import dev.stellwerk.inference.backend.scalar.Elementwise;
import dev.stellwerk.inference.platform.Memory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The routed experts of a batch: tokens grouped by expert, so that an expert's weights are read
/// once for all of its tokens.
///
/// A pair is a token and one of its slots. Pairs are sorted by expert; a segment is one expert's
/// run of them. Results are added up in the order of the slots.
///
/// ```
/// memory: gate [pairs, inner] | up [pairs, inner] | out [pairs, hidden]     f32
///         rounded inputs [n, hidden] | rounded gate [pairs, inner]          Int8Row, if weights are quantised
/// ```
final class ExpertsTask {
  private static final int ROUND_TOKENS = 8;
  private static final int ACTIVATE_PAIRS = 16;
  private static final int COMBINE_TOKENS = 8;

  private final WorkerPool pool;
  private final Product[] products;
  private final NumericMode mode;
  private final Scratch memory = new Scratch();
  private final WorkerPool.Task round = this::runRound;
  private final WorkerPool.Task inner = this::runInner;
  private final WorkerPool.Task activate = this::runActivate;
  private final WorkerPool.Task outer = this::runOuter;
  private final WorkerPool.Task combine = this::runCombine;

  private int[] order = new int[0]; // pair at each place
  private int[] place = new int[0]; // of each pair
  private int[] start = new int[0]; // of each segment, and the end
  private int[] expert = new int[0]; // of each segment
  private long[] raw = new long[0]; // the input of each place
  private long[] rounded = new long[0];
  private long[] rawGates = new long[0]; // the inner values of each place
  private long[] roundedGates = new long[0];
  private int segments;
  private int innerGroups; // of a unit
  private int outerGroups;
  private @Nullable Call call;

  /// The arguments, and where the parts of the memory begin.
  private record Call(
      Experts experts,
      Rows x,
      int n,
      Selection selection,
      Rows out,
      long gates,
      long ups,
      long outs,
      long roundedInputs) {
    int pairs() {
      return n * selection.used();
    }

    /// Whether somebody may want rounded values as F32.
    boolean withFloats() {
      return n >= Product.TILE_TOKENS;
    }
  }

  ExpertsTask(WorkerPool pool, Product[] products, NumericMode mode) {
    this.pool = pool;
    this.products = products;
    this.mode = mode;
  }

  void run(Experts experts, Rows x, int n, Selection selection, Rows out) {
    int pairs = n * selection.used();
    int hidden = experts.hidden();
    int width = experts.inner();
    boolean roundInputs = experts.gate().type().quantised() || experts.up().type().quantised();
    long inputBytes = roundInputs ? Int8Row.bytes(hidden) : 0;
    long gateBytes = experts.down().type().quantised() ? Int8Row.bytes(width) : 0;
    long plain = 4L * pairs * (2L * width + hidden) + 64;
    long gates = memory.address(plain + n * inputBytes + pairs * gateBytes);
    long ups = gates + 4L * pairs * width;
    long outs = ups + 4L * pairs * width;
    long inputs = (gates + plain) / 64 * 64;
    call = new Call(experts, x, n, selection, out, gates, ups, outs, inputs);
    sort(experts.count(), pairs, selection);
    for (int at = 0; at < pairs; at++) {
      int token = order[at] / selection.used();
      raw[at] = x.address(token);
      rounded[at] = inputs + token * inputBytes;
      rawGates[at] = gates + 4L * at * width;
      roundedGates[at] = inputs + n * inputBytes + at * gateBytes;
    }
    if (roundInputs) {
      pool.run(round, (n + ROUND_TOKENS - 1) / ROUND_TOKENS);
    }
    innerGroups = Product.unitGroups(width, segments, pool.threads());
    outerGroups = Product.unitGroups(hidden, segments, pool.threads());
    pool.run(inner, segments * Product.units(width, innerGroups));
    pool.run(activate, (pairs + ACTIVATE_PAIRS - 1) / ACTIVATE_PAIRS);
    pool.run(outer, segments * Product.units(hidden, outerGroups));
    pool.run(combine, (n + COMBINE_TOKENS - 1) / COMBINE_TOKENS);
    call = null;
  }

  /// Counting sort of the pairs by expert; pairs of one expert keep their order.
  private void sort(int experts, int pairs, Selection selection) {
    if (order.length < pairs) {
      order = new int[pairs];
      place = new int[pairs];
      raw = new long[pairs];
      rounded = new long[pairs];
      rawGates = new long[pairs];
      roundedGates = new long[pairs];
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

  private void runRound(int item, int worker) {
    Call c = current();
    int columns = c.x.width();
    for (int t = item * ROUND_TOKENS; t < Math.min(c.n, (item + 1) * ROUND_TOKENS); t++) {
      long to = c.roundedInputs + t * Int8Row.bytes(columns);
      Int8Row.quantise(c.x.address(t), columns, to, c.withFloats());
    }
  }

  /// One unit of one expert's gate and up.
  private void runInner(int item, int worker) {
    Call c = current();
    int units = Product.units(c.experts.inner(), innerGroups);
    project(
        c.experts.gate(), item / units, item % units, innerGroups, raw, rounded, c.gates, worker);
    project(c.experts.up(), item / units, item % units, innerGroups, raw, rounded, c.ups, worker);
  }

  /// What joins gate and up, of some pairs.
  private void runActivate(int item, int worker) {
    Call c = current();
    int width = c.experts.inner();
    int to = Math.min(c.pairs(), (item + 1) * ACTIVATE_PAIRS);
    for (int i = item * ACTIVATE_PAIRS; i < to; i++) {
      long g = rawGates[i];
      long u = c.ups + 4L * i * width;
      int e = id(c.selection, order[i]);
      addBias(g, c.experts.gateBias(), e, width);
      addBias(u, c.experts.upBias(), e, width);
      switch (c.experts.activation()) {
        case SWIGLU -> Elementwise.swiglu(g, u, 0, width);
        case SWIGLU_CLAMPED -> Elementwise.swigluClamped(g, u, 0, width);
      }
      if (c.experts.down().type().quantised()) {
        Int8Row.quantise(g, width, roundedGates[i], c.withFloats());
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
    int units = Product.units(c.experts.hidden(), outerGroups);
    project(
        c.experts.down(),
        item / units,
        item % units,
        outerGroups,
        rawGates,
        roundedGates,
        c.outs,
        worker);
  }

  private void project(
      Matrix w,
      int segment,
      int unit,
      int unitGroups,
      long[] plain,
      long[] int8,
      long out,
      int worker) {
    int first = start[segment];
    int end = start[segment + 1];
    boolean isRounded =
        w.type().quantised() && (mode == NumericMode.EXACT || end - first < Product.TILE_TOKENS);
    long yToken = 4L * w.rows();
    for (int from = first; from < end; from += Product.ITEM_TOKENS) {
      products[worker].run(
          w,
          expert[segment],
          unit,
          unitGroups,
          isRounded,
          isRounded ? int8 : plain,
          from,
          Math.min(end, from + Product.ITEM_TOKENS),
          out + from * yToken,
          yToken);
    }
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
