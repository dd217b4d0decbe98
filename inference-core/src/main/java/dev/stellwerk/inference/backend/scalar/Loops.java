package dev.stellwerk.inference.backend.scalar;

import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.putFloat;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.backend.Shapes;
import dev.stellwerk.inference.platform.Memory;
import org.jspecify.annotations.Nullable;

/// The kernels that are cheap enough to be plain loops on every processor backend.
///
/// Each works on the tokens from `from` to `to`, so that a backend may share them among threads.
public final class Loops {
  private Loops() {}

  /// See [dev.stellwerk.inference.backend.Kernels#rmsNorm].
  public static void rmsNorm(Rows x, Buffer weight, float epsilon, int from, int to, Rows out) {
    int width = x.width();
    long w = weight.address();
    for (int t = from; t < to; t++) {
      long in = x.address(t);
      float squares = 0f;
      for (int i = 0; i < width; i++) {
        float value = getFloat(in + 4L * i);
        squares += value * value;
      }
      float scale = (float) (1.0 / Math.sqrt(squares / width + epsilon));
      long y = out.address(t);
      for (int i = 0; i < width; i++) {
        putFloat(y + 4L * i, getFloat(in + 4L * i) * scale * getFloat(w + 4L * i));
      }
    }
  }

  /// See [dev.stellwerk.inference.backend.Kernels#rope].
  public static void rope(
      Rows x, int xStep, int heads, Rows angles, int from, int to, Rows out, int outStep) {
    int width = angles.width();
    for (int t = from; t < to; t++) {
      long turn = angles.address(t);
      for (int h = 0; h < heads; h++) {
        long in = x.address(t) + 4L * h * xStep;
        long y = out.address(t) + 4L * h * outStep;
        for (int i = 0; i < width; i += 2) {
          float cos = getFloat(turn + 4L * i);
          float sin = getFloat(turn + 4L * i + 4);
          float even = getFloat(in + 4L * i);
          float odd = getFloat(in + 4L * i + 4);
          putFloat(y + 4L * i, even * cos - odd * sin);
          putFloat(y + 4L * i + 4, even * sin + odd * cos);
        }
      }
    }
  }

  /// See [dev.stellwerk.inference.backend.Kernels#store].
  public static void store(Rows latent, int n, KvView cache, int layer, int position) {
    long bytes = 4L * latent.width();
    for (int t = 0; t < n; t++) {
      Memory.copy(latent.address(t), cache.address(layer, position + t), bytes);
    }
  }

  /// How many of the `count` positions from `position` on lie in the same block as `position`.
  public static int runLength(int position, int count) {
    return Math.min(count, KvLayout.POSITIONS - position % KvLayout.POSITIONS);
  }

  /// See [dev.stellwerk.inference.backend.Kernels#gather].
  public static void gather(Rows x, Buffer rows, int n, Rows out) {
    for (int i = 0; i < n; i++) {
      int row = Memory.getInt(rows.address() + 4L * i);
      Shapes.check(row >= 0 && row < x.count(), "row index");
      Memory.copy(x.address(row), out.address(i), 4L * x.width());
    }
  }

  /// See [dev.stellwerk.inference.backend.Kernels#add].
  public static void add(Rows x, Rows y, int from, int to) {
    int width = x.width();
    for (int t = from; t < to; t++) {
      long a = x.address(t);
      long b = y.address(t);
      for (int i = 0; i < width; i++) {
        putFloat(a + 4L * i, getFloat(a + 4L * i) + getFloat(b + 4L * i));
      }
    }
  }

  /// See [dev.stellwerk.inference.backend.RouterKernel#route].
  public static void route(
      Routing routing, Rows logits, @Nullable Buffer bias, int from, int to, Selection out) {
    for (int t = from; t < to; t++) {
      long scores = logits.address(t);
      switch (routing.scoring()) {
        case SIGMOID -> sigmoid(scores, routing.experts());
        case SOFTMAX -> softmax(scores, routing.experts());
      }
      select(routing, scores, bias == null ? 0L : bias.address(), t, out);
      weigh(routing, scores, t, out);
    }
  }

  private static void sigmoid(long x, int count) {
    for (int i = 0; i < count; i++) {
      putFloat(x + 4L * i, (float) (1.0 / (1.0 + Math.exp(-getFloat(x + 4L * i)))));
    }
  }

  /// Softmax in place.
  static void softmax(long x, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, getFloat(x + 4L * i));
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
      double e = Math.exp(getFloat(x + 4L * i) - max);
      putFloat(x + 4L * i, (float) e);
      sum += e;
    }
    for (int i = 0; i < count; i++) {
      putFloat(x + 4L * i, (float) (getFloat(x + 4L * i) / sum));
    }
  }

  /// The `used` best experts, each found as the best one after its predecessor in the order of
  /// falling score and rising index. A score that is not a number counts as the lowest.
  private static void select(Routing routing, long scores, long bias, int token, Selection out) {
    float last = Float.POSITIVE_INFINITY;
    int lastIndex = -1;
    for (int slot = 0; slot < routing.used(); slot++) {
      float best = Float.NEGATIVE_INFINITY;
      int bestIndex = -1;
      for (int e = 0; e < routing.experts(); e++) {
        float score = getFloat(scores + 4L * e) + (bias == 0L ? 0f : getFloat(bias + 4L * e));
        if (Float.isNaN(score)) {
          score = Float.NEGATIVE_INFINITY;
        }
        boolean follows = score < last || (score == last && e > lastIndex);
        if (follows && (bestIndex < 0 || score > best)) {
          best = score;
          bestIndex = e;
        }
      }
      Memory.putInt(out.idAddress(token, slot), bestIndex);
      last = best;
      lastIndex = bestIndex;
    }
  }

  private static void weigh(Routing routing, long scores, int token, Selection out) {
    float sum = 0f;
    for (int slot = 0; slot < routing.used(); slot++) {
      sum += getFloat(scores + 4L * Memory.getInt(out.idAddress(token, slot)));
    }
    float divisor = routing.normalise() ? Math.max(sum, Routing.SUM_MIN) : 1f;
    for (int slot = 0; slot < routing.used(); slot++) {
      float score = getFloat(scores + 4L * Memory.getInt(out.idAddress(token, slot)));
      putFloat(out.weightAddress(token, slot), score / divisor * routing.scale());
    }
  }
}
