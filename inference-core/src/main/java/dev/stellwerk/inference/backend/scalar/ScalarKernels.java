package dev.stellwerk.inference.backend.scalar;

import static dev.stellwerk.inference.platform.Memory.getDouble;
import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.putDouble;
import static dev.stellwerk.inference.platform.Memory.putFloat;

import dev.stellwerk.inference.backend.Activation;
import dev.stellwerk.inference.backend.Attention;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Experts;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.RopeStyle;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.backend.Shapes;
import dev.stellwerk.inference.platform.Memory;
import org.jspecify.annotations.Nullable;

/// Every kernel as plain loops over weights in the file's layout. Attention is summed in double, so
/// that what a fast kernel differs by is that kernel's own rounding; products with weights are
/// [Products], which a fast kernel must not differ from at all.
final class ScalarKernels implements Kernels, AutoCloseable {
  private final Products products = new Products();
  private final Scratch scratch;

  ScalarKernels(Scratch scratch) {
    this.scratch = scratch;
  }

  @Override
  public void embed(Matrix table, Buffer tokens, int n, Rows out) {
    Shapes.embed(table, tokens, n, out);
    for (int t = 0; t < n; t++) {
      int token = Memory.getInt(tokens.address() + 4L * t);
      Shapes.check(token >= 0 && token < table.rows(), "token id");
      products.expand(table, token, out.address(t));
    }
  }

  @Override
  public void rmsNorm(Rows x, Buffer weight, float epsilon, int n, Rows out) {
    Shapes.norm(x, weight, n, out);
    Loops.rmsNorm(x, weight, epsilon, 0, n, out);
  }

  @Override
  public void matmul(Matrix w, Rows x, int n, Rows y) {
    Shapes.matmul(w, x, n, y);
    for (int t = 0; t < n; t++) {
      products.multiply(w, 0, x.address(t), y.address(t));
    }
  }

  @Override
  public void matmulHeads(Matrix w, Rows x, int xStep, int n, Rows y, int yStep) {
    Shapes.matmulHeads(w, x, xStep, n, y, yStep);
    for (int t = 0; t < n; t++) {
      for (int i = 0; i < w.count(); i++) {
        products.multiply(w, i, x.address(t) + 4L * i * xStep, y.address(t) + 4L * i * yStep);
      }
    }
  }

  @Override
  public void rmsNormHeads(Rows x, int heads, Buffer weight, float epsilon, int n) {
    Shapes.normHeads(x, heads, weight, n);
    Loops.rmsNormHeads(x, heads, weight, epsilon, 0, n);
  }

  @Override
  public void addBias(Rows x, Buffer bias, int n) {
    Shapes.bias(x, bias, n);
    Loops.addBias(x, bias, 0, n);
  }

  @Override
  public void rope(
      RopeStyle style, Rows x, int xStep, int heads, Rows angles, int n, Rows out, int outStep) {
    Shapes.rope(x, xStep, heads, angles, n, out, outStep);
    Loops.rope(style, x, xStep, heads, angles, 0, n, out, outStep);
  }

  @Override
  public void store(Rows rows, int n, KvView cache, int layer, int position) {
    Shapes.store(rows, n, cache, layer, position);
    Loops.store(rows, n, cache, layer, position);
  }

  @Override
  public void attend(
      Attention attention, Rows q, int n, KvView cache, int layer, int position, Rows out) {
    Shapes.attend(attention, q, n, cache, layer, position, out);
    KvLayout layout = cache.layout();
    int heads = attention.heads();
    int width = layout.keyWidth();
    long weights = scratch.address(8L * (position + n));
    for (int t = 0; t < n; t++) {
      int last = position + t;
      int first = attention.firstSeen(last);
      for (int h = 0; h < heads; h++) {
        int kvHead = h / (heads / layout.kvHeads());
        long query = q.address(t) + 4L * h * width;
        for (int p = first; p <= last; p++) {
          long key = cache.keyAddress(layer, p, kvHead);
          double dot = dot(query, key, layout.keyStepBytes(), width);
          putDouble(weights + 8L * (p - first), dot * attention.scale());
        }
        softmax(weights, last - first + 1, attention.sinks(), h);
        long mixed = out.address(t) + 4L * h * layout.valueWidth();
        mix(weights, first, last, cache, layer, kvHead, mixed);
      }
    }
  }

  /// Softmax of scores in double, with one more that gets a share and no place.
  private static void softmax(long scores, int count, @Nullable Buffer sinks, int head) {
    double sink = sinks == null ? Double.NEGATIVE_INFINITY : getFloat(sinks.address() + 4L * head);
    double max = sink;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, getDouble(scores + 8L * i));
    }
    double sum = Math.exp(sink - max);
    for (int i = 0; i < count; i++) {
      double e = Math.exp(getDouble(scores + 8L * i) - max);
      putDouble(scores + 8L * i, e);
      sum += e;
    }
    for (int i = 0; i < count; i++) {
      putDouble(scores + 8L * i, getDouble(scores + 8L * i) / sum);
    }
  }

  private static void mix(
      long weights, int first, int last, KvView cache, int layer, int kvHead, long out) {
    for (int i = 0; i < cache.layout().valueWidth(); i++) {
      double sum = 0;
      for (int p = first; p <= last; p++) {
        double weight = getDouble(weights + 8L * (p - first));
        sum += weight * getFloat(cache.valueAddress(layer, p, kvHead) + 4L * i);
      }
      putFloat(out + 4L * i, (float) sum);
    }
  }

  @Override
  public void swiglu(Rows gate, Rows up, int n) {
    Shapes.rows(gate, n, up);
    for (int t = 0; t < n; t++) {
      Elementwise.swiglu(gate.address(t), up.address(t), 0, gate.width());
    }
  }

  @Override
  public void route(Routing routing, Rows logits, @Nullable Buffer bias, int n, Selection out) {
    Shapes.route(routing, logits, bias, n, out);
    Router.route(routing, logits, bias, 0, n, out);
  }

  @Override
  public void experts(Experts experts, Rows x, int n, Selection selection, Rows out) {
    Shapes.experts(experts, x, n, selection, out);
    int inner = experts.inner();
    int hidden = experts.hidden();
    long g = scratch.address(4L * (2L * inner + hidden));
    long u = g + 4L * inner;
    long d = u + 4L * inner;
    for (int t = 0; t < n; t++) {
      for (int slot = 0; slot < selection.used(); slot++) {
        int expert = Memory.getInt(selection.idAddress(t, slot));
        float weight = getFloat(selection.weightAddress(t, slot));
        products.multiply(experts.gate(), expert, x.address(t), g);
        products.multiply(experts.up(), expert, x.address(t), u);
        addBias(g, experts.gateBias(), expert, inner);
        addBias(u, experts.upBias(), expert, inner);
        activate(experts.activation(), g, u, inner);
        products.multiply(experts.down(), expert, g, d);
        addBias(d, experts.downBias(), expert, hidden);
        for (int i = 0; i < hidden; i++) {
          float before = slot == 0 ? 0f : getFloat(out.address(t) + 4L * i);
          putFloat(out.address(t) + 4L * i, before + weight * getFloat(d + 4L * i));
        }
      }
    }
  }

  private static void addBias(long x, @Nullable Buffer bias, int expert, int width) {
    long from = Experts.biasAddress(bias, expert, width);
    for (int i = 0; from != 0L && i < width; i++) {
      putFloat(x + 4L * i, getFloat(x + 4L * i) + getFloat(from + 4L * i));
    }
  }

  private static void activate(Activation activation, long gate, long up, int width) {
    switch (activation) {
      case SWIGLU -> Elementwise.swiglu(gate, up, 0, width);
      case SWIGLU_CLAMPED -> Elementwise.swigluClamped(gate, up, 0, width);
    }
  }

  @Override
  public void gather(Rows x, Buffer rows, int n, Rows out) {
    Shapes.gather(x, rows, n, out);
    Loops.gather(x, rows, n, out);
  }

  @Override
  public void add(Rows x, Rows y, int n) {
    Shapes.rows(x, n, y);
    Loops.add(x, y, 0, n);
  }

  /// @param bStep bytes between the values of b
  private static double dot(long a, long b, long bStep, int width) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += (double) getFloat(a + 4L * i) * getFloat(b + i * bStep);
    }
    return sum;
  }

  @Override
  public void close() {
    products.close();
  }
}
