package dev.stellwerk.inference.backend.scalar;

import static dev.stellwerk.inference.platform.Memory.getByte;
import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.getHalf;
import static dev.stellwerk.inference.platform.Memory.putFloat;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.backend.Shapes;
import dev.stellwerk.inference.platform.Memory;
import org.jspecify.annotations.Nullable;

/// Every kernel as plain loops over weights in the file's layout. Products are summed in double, so
/// that what a fast kernel differs by is that kernel's own rounding.
final class ScalarKernels implements Kernels {
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
      long row = row(table, 0, token);
      for (int i = 0; i < table.columns(); i++) {
        putFloat(out.address(t) + 4L * i, element(table, row, i));
      }
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
      multiply(w, 0, x.address(t), y.address(t));
    }
  }

  @Override
  public void matmulHeads(Matrix w, Rows x, int xStep, int n, Rows y, int yStep) {
    Shapes.matmulHeads(w, x, xStep, n, y, yStep);
    for (int t = 0; t < n; t++) {
      for (int i = 0; i < w.count(); i++) {
        multiply(w, i, x.address(t) + 4L * i * xStep, y.address(t) + 4L * i * yStep);
      }
    }
  }

  @Override
  public void rope(Rows x, int xStep, int heads, Rows angles, int n, Rows out, int outStep) {
    Shapes.rope(x, xStep, heads, angles, n, out, outStep);
    Loops.rope(x, xStep, heads, angles, 0, n, out, outStep);
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
    int width = cache.layout().width();
    int valueWidth = out.width() / heads;
    long scores = scratch.address(4L * (position + n));
    for (int t = 0; t < n; t++) {
      int seen = position + t + 1;
      for (int h = 0; h < heads; h++) {
        long query = q.address(t) + 4L * h * width;
        for (int p = 0; p < seen; p++) {
          double dot = dot(query, cache.address(layer, p), width);
          putFloat(scores + 4L * p, (float) (dot * scale));
        }
        Loops.softmax(scores, seen);
        mix(scores, seen, cache, layer, out.address(t) + 4L * h * valueWidth, valueWidth);
      }
    }
  }

  private static void mix(
      long weights, int seen, KvView cache, int layer, long out, int valueWidth) {
    for (int i = 0; i < valueWidth; i++) {
      double sum = 0;
      for (int p = 0; p < seen; p++) {
        sum += (double) getFloat(weights + 4L * p) * getFloat(cache.address(layer, p) + 4L * i);
      }
      putFloat(out + 4L * i, (float) sum);
    }
  }

  @Override
  public void swiglu(Rows gate, Rows up, int n) {
    Shapes.rows(gate, n, up);
    for (int t = 0; t < n; t++) {
      swiglu(gate.address(t), up.address(t), gate.width());
    }
  }

  private static void swiglu(long gate, long up, int width) {
    for (int i = 0; i < width; i++) {
      float g = getFloat(gate + 4L * i);
      double silu = g / (1.0 + Math.exp(-g));
      putFloat(gate + 4L * i, (float) (silu * getFloat(up + 4L * i)));
    }
  }

  @Override
  public void route(Routing routing, Rows logits, @Nullable Buffer bias, int n, Selection out) {
    Shapes.route(routing, logits, bias, n, out);
    Loops.route(routing, logits, bias, 0, n, out);
  }

  @Override
  public void experts(
      Matrix gate, Matrix up, Matrix down, Rows x, int n, Selection selection, Rows out) {
    Shapes.experts(gate, up, down, x, n, selection, out);
    long g = scratch.address(4L * (gate.rows() + up.rows() + down.rows()));
    long u = g + 4L * gate.rows();
    long d = u + 4L * up.rows();
    for (int t = 0; t < n; t++) {
      for (int slot = 0; slot < selection.used(); slot++) {
        int expert = Memory.getInt(selection.idAddress(t, slot));
        float weight = getFloat(selection.weightAddress(t, slot));
        multiply(gate, expert, x.address(t), g);
        multiply(up, expert, x.address(t), u);
        swiglu(g, u, gate.rows());
        multiply(down, expert, g, d);
        for (int i = 0; i < down.rows(); i++) {
          float before = slot == 0 ? 0f : getFloat(out.address(t) + 4L * i);
          putFloat(out.address(t) + 4L * i, before + weight * getFloat(d + 4L * i));
        }
      }
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

  private static void multiply(Matrix w, int index, long x, long y) {
    for (int r = 0; r < w.rows(); r++) {
      long row = row(w, index, r);
      double sum =
          switch (w.type()) {
            case F32 -> dot(row, x, w.columns());
            case Q8_0, Q4_0 -> dotBlocks(w, row, x);
          };
      putFloat(y + 4L * r, (float) sum);
    }
  }

  private static double dot(long a, long b, int width) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += (double) getFloat(a + 4L * i) * getFloat(b + 4L * i);
    }
    return sum;
  }

  private static double dotBlocks(Matrix w, long row, long x) {
    double sum = 0;
    for (int i = 0; i < w.columns(); i++) {
      sum += (double) element(w, row, i) * getFloat(x + 4L * i);
    }
    return sum;
  }

  private static long row(Matrix w, int index, int row) {
    return w.address(index) + row * w.type().bytes(w.columns());
  }

  private static float element(Matrix w, long row, int i) {
    return switch (w.type()) {
      case F32 -> getFloat(row + 4L * i);
      case Q8_0 -> {
        long block = row + i / 32 * 34L;
        yield getHalf(block) * getByte(block + 2 + i % 32);
      }
      case Q4_0 -> {
        long block = row + i / 32 * 18L;
        int pair = getByte(block + 2 + i % 16);
        yield getHalf(block) * ((i % 32 < 16 ? pair & 15 : pair >> 4 & 15) - 8);
      }
    };
  }
}
