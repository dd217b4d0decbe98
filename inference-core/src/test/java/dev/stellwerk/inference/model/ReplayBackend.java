package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.backend.RouterKernel;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.platform.Memory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A backend whose router notes what it would choose, and may take other experts: those that a
/// reference took, layer by layer, in a single pass over all positions.
final class ReplayBackend implements Backend {
  /// Adds more to a score than any difference of scores.
  private static final float FORCE = 1000f;

  private final Backend inner;
  private final int @Nullable [][][] replayed; // [layers][positions][used]
  private final List<Choice> choices = new ArrayList<>();

  /// One layer's selection scores `[positions][experts]` and own choice `[positions][used]`.
  static final class Choice {
    final Routing routing;
    final float[][] scores;
    final int[][] taken;

    Choice(Routing routing, int positions) {
      this.routing = routing;
      this.scores = new float[positions][routing.experts()];
      this.taken = new int[positions][routing.used()];
    }
  }

  ReplayBackend(Backend inner, int @Nullable [][][] replayed) {
    this.inner = inner;
    this.replayed = replayed;
  }

  List<Choice> choices() {
    return choices;
  }

  @Override
  public RouterKernel router() {
    return this::route;
  }

  private void route(Routing routing, Rows logits, @Nullable Buffer bias, int n, Selection out) {
    Choice choice = new Choice(routing, n);
    float[][] before = new float[n][routing.experts()];
    for (int t = 0; t < n; t++) {
      for (int e = 0; e < routing.experts(); e++) {
        before[t][e] = Memory.getFloat(logits.address(t) + 4L * e);
      }
      choice.scores[t] = scores(routing, before[t], bias);
    }
    inner.router().route(routing, logits, bias, n, out);
    for (int t = 0; t < n; t++) {
      for (int slot = 0; slot < routing.used(); slot++) {
        choice.taken[t][slot] = Memory.getInt(out.idAddress(t, slot));
      }
    }
    if (replayed != null) {
      replay(routing, logits, before, replayed[choices.size()], out);
    }
    choices.add(choice);
  }

  /// Selection scores, by the definition.
  private static float[] scores(Routing routing, float[] logits, @Nullable Buffer bias) {
    float[] scores = logits.clone();
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    for (int e = 0; e < logits.length; e++) {
      scores[e] =
          switch (routing.scoring()) {
            case SOFTMAX -> (float) (Math.exp(logits[e]) / sum);
            case SIGMOID -> (float) (1 / (1 + Math.exp(-logits[e])));
            case SOFTMAX_OF_TAKEN -> logits[e];
          };
      scores[e] += bias == null ? 0f : Memory.getFloat(bias.address() + 4L * e);
    }
    return scores;
  }

  /// Routes again, with a bias for each token that leaves no choice.
  private void replay(Routing routing, Rows logits, float[][] before, int[][] ids, Selection out) {
    Buffer force = inner.allocate(4L * routing.experts());
    Selection one = Selection.allocate(inner, 1, routing.used());
    for (int t = 0; t < before.length; t++) {
      for (int e = 0; e < routing.experts(); e++) {
        Memory.putFloat(logits.address(t) + 4L * e, before[t][e]);
        Memory.putFloat(force.address() + 4L * e, 0f);
      }
      for (int slot = 0; slot < routing.used(); slot++) {
        Memory.putFloat(force.address() + 4L * ids[t][slot], FORCE * (routing.used() - slot));
      }
      inner.router().route(routing, logits.rows(t, t + 1), force, 1, one);
      for (int slot = 0; slot < routing.used(); slot++) {
        Memory.putInt(out.idAddress(t, slot), Memory.getInt(one.idAddress(0, slot)));
        Memory.putFloat(out.weightAddress(t, slot), Memory.getFloat(one.weightAddress(0, slot)));
      }
    }
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public String description() {
    return inner.description();
  }

  @Override
  public NumericMode numericMode() {
    return inner.numericMode();
  }

  @Override
  public boolean supports(DType type) {
    return inner.supports(type);
  }

  @Override
  public Buffer allocate(long bytes) {
    return inner.allocate(bytes);
  }

  @Override
  public Buffer load(MemorySegment values) {
    return inner.load(values);
  }

  @Override
  public Matrix load(DType type, int count, int rows, int columns, MemorySegment data) {
    return inner.load(type, count, rows, columns, data);
  }

  @Override
  public Kernels kernels() {
    return inner.kernels();
  }

  @Override
  public int warmUpTokens() {
    return inner.warmUpTokens();
  }

  @Override
  public void close() {
    inner.close();
  }
}
