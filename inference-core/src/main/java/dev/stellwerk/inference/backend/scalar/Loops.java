package dev.stellwerk.inference.backend.scalar;

import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.putFloat;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.RopeStyle;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Shapes;
import dev.stellwerk.inference.platform.Memory;

/// The kernels that are cheap enough to be plain loops on every processor backend.
///
/// Each works on the tokens from `from` to `to`, so that a backend may share them among threads.
public final class Loops {
  private Loops() {}

  /// See [dev.stellwerk.inference.backend.Kernels#rmsNorm].
  public static void rmsNorm(Rows x, Buffer weight, float epsilon, int from, int to, Rows out) {
    for (int t = from; t < to; t++) {
      normalise(x.address(t), weight.address(), epsilon, x.width(), out.address(t));
    }
  }

  /// See [dev.stellwerk.inference.backend.Kernels#rmsNormHeads].
  public static void rmsNormHeads(
      Rows x, int heads, Buffer weight, float epsilon, int from, int to) {
    int width = x.width() / heads;
    for (int t = from; t < to; t++) {
      for (int h = 0; h < heads; h++) {
        long at = x.address(t) + 4L * h * width;
        normalise(at, weight.address(), epsilon, width, at);
      }
    }
  }

  private static void normalise(long in, long weight, float epsilon, int width, long out) {
    float squares = 0f;
    for (int i = 0; i < width; i++) {
      float value = getFloat(in + 4L * i);
      squares += value * value;
    }
    float scale = (float) (1.0 / Math.sqrt(squares / width + epsilon));
    for (int i = 0; i < width; i++) {
      putFloat(out + 4L * i, getFloat(in + 4L * i) * scale * getFloat(weight + 4L * i));
    }
  }

  /// See [dev.stellwerk.inference.backend.Kernels#addBias].
  public static void addBias(Rows x, Buffer bias, int from, int to) {
    for (int t = from; t < to; t++) {
      add(x.address(t), bias.address(), x.width());
    }
  }

  private static void add(long x, long y, int width) {
    for (int i = 0; i < width; i++) {
      putFloat(x + 4L * i, getFloat(x + 4L * i) + getFloat(y + 4L * i));
    }
  }

  /// See [dev.stellwerk.inference.backend.Kernels#rope].
  public static void rope(
      RopeStyle style,
      Rows x,
      int xStep,
      int heads,
      Rows angles,
      int from,
      int to,
      Rows out,
      int outStep) {
    int pairs = angles.width() / 2;
    long pairStep = style == RopeStyle.ADJACENT ? 8 : 4;
    long second = style == RopeStyle.ADJACENT ? 4 : 4L * pairs;
    for (int t = from; t < to; t++) {
      long turn = angles.address(t);
      for (int h = 0; h < heads; h++) {
        long in = x.address(t) + 4L * h * xStep;
        long y = out.address(t) + 4L * h * outStep;
        for (int i = 0; i < pairs; i++) {
          float cos = getFloat(turn + 8L * i);
          float sin = getFloat(turn + 8L * i + 4);
          float a = getFloat(in + i * pairStep);
          float b = getFloat(in + i * pairStep + second);
          putFloat(y + i * pairStep, a * cos - b * sin);
          putFloat(y + i * pairStep + second, a * sin + b * cos);
        }
      }
    }
  }

  /// See [dev.stellwerk.inference.backend.Kernels#store].
  public static void store(Rows rows, int n, KvView cache, int layer, int position) {
    KvLayout layout = cache.layout();
    for (int t = 0; t < n; t++) {
      if (layout.latent()) {
        long key = cache.keyAddress(layer, position + t, 0);
        Memory.copy(rows.address(t), key, 4L * rows.width());
      } else {
        storeGrouped(rows.address(t), cache, layer, position + t);
      }
    }
  }

  private static void storeGrouped(long row, KvView cache, int layer, int position) {
    KvLayout layout = cache.layout();
    long step = layout.keyStepBytes();
    long from = row;
    for (int h = 0; h < layout.kvHeads(); h++) {
      long key = cache.keyAddress(layer, position, h);
      for (int i = 0; i < layout.keyWidth(); i++) {
        putFloat(key + i * step, getFloat(from + 4L * i));
      }
      from += 4L * layout.keyWidth();
    }
    Memory.copy(
        from, cache.valueAddress(layer, position, 0), 4L * layout.kvHeads() * layout.valueWidth());
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
    for (int t = from; t < to; t++) {
      add(x.address(t), y.address(t), x.width());
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
}
