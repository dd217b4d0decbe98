package dev.stellwerk.inference.backend.scalar;

import dev.stellwerk.inference.backend.Activation;
import dev.stellwerk.inference.platform.FastMath;
import dev.stellwerk.inference.platform.Memory;

/// Plain loops that C2 vectorises by itself: cheap to start, which counts in a short run. All
/// processor backends share them, to the bit.
public final class Elementwise {
  private Elementwise() {}

  /// gate = silu(gate) * up, for the columns from `from` to `to`.
  public static void swiglu(long gate, long up, int from, int to) {
    for (int i = from; i < to; i++) {
      float g = Memory.getFloat(gate + 4L * i);
      float silu = g / (1f + FastMath.exp(-g));
      Memory.putFloat(gate + 4L * i, silu * Memory.getFloat(up + 4L * i));
    }
  }

  /// The same for [Activation#SWIGLU_CLAMPED].
  public static void swigluClamped(long gate, long up, int from, int to) {
    float limit = Activation.CLAMPED_LIMIT;
    for (int i = from; i < to; i++) {
      float g = Math.min(Memory.getFloat(gate + 4L * i), limit);
      float u = Math.max(-limit, Math.min(Memory.getFloat(up + 4L * i), limit));
      float swish = g / (1f + FastMath.exp(-Activation.CLAMPED_ALPHA * g));
      Memory.putFloat(gate + 4L * i, swish * (u + 1f));
    }
  }

  /// x += y.
  public static void add(long x, long y, int width) {
    for (int i = 0; i < width; i++) {
      Memory.putFloat(x + 4L * i, Memory.getFloat(x + 4L * i) + Memory.getFloat(y + 4L * i));
    }
  }

  /// y = y + x * scale, or x * scale alone for the first one.
  public static void scaleAdd(long x, float scale, long y, int width, boolean first) {
    for (int i = 0; i < width; i++) {
      float before = first ? 0f : Memory.getFloat(y + 4L * i);
      Memory.putFloat(y + 4L * i, before + scale * Memory.getFloat(x + 4L * i));
    }
  }
}
