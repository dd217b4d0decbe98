package dev.stellwerk.inference.backend.scalar;

import static dev.stellwerk.inference.platform.Memory.getFloat;
import static dev.stellwerk.inference.platform.Memory.putFloat;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Routing.Scoring;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.platform.Memory;
import org.jspecify.annotations.Nullable;

/// The router on every processor backend: see [dev.stellwerk.inference.backend.RouterKernel#route].
///
/// A score that is not a number counts as the lowest, so that it is taken last.
public final class Router {
  private Router() {}

  /// Routes the tokens from `from` to `to`.
  public static void route(
      Routing routing, Rows logits, @Nullable Buffer bias, int from, int to, Selection out) {
    long biases = bias == null ? 0L : bias.address();
    for (int t = from; t < to; t++) {
      long scores = logits.address(t);
      switch (routing.scoring()) {
        case SIGMOID -> sigmoid(scores, routing.experts());
        case SOFTMAX -> Loops.softmax(scores, routing.experts());
        case SOFTMAX_OF_TAKEN -> {} // the logits themselves select
      }
      select(routing, scores, biases, t, out);
      weigh(routing, scores, t, out);
    }
  }

  private static void sigmoid(long x, int count) {
    for (int i = 0; i < count; i++) {
      putFloat(x + 4L * i, (float) (1.0 / (1.0 + Math.exp(-getFloat(x + 4L * i)))));
    }
  }

  /// The `used` best experts, each found as the best one after its predecessor in the order of
  /// falling score and rising index.
  private static void select(Routing routing, long scores, long bias, int token, Selection out) {
    if (routing.groupsUsed() < routing.groups()) {
      dropGroups(routing, scores, bias);
    }
    float last = Float.POSITIVE_INFINITY;
    int lastIndex = -1;
    for (int slot = 0; slot < routing.used(); slot++) {
      float best = Float.NEGATIVE_INFINITY;
      int bestIndex = -1;
      for (int e = 0; e < routing.experts(); e++) {
        float score = selectionScore(scores, bias, e);
        if (follows(score, e, last, lastIndex) && (bestIndex < 0 || score > best)) {
          best = score;
          bestIndex = e;
        }
      }
      Memory.putInt(out.idAddress(token, slot), bestIndex);
      last = best;
      lastIndex = bestIndex;
    }
  }

  /// Whether a score comes after another one in the order of falling score and rising index.
  private static boolean follows(float score, int index, float other, int otherIndex) {
    return score < other || (score == other && index > otherIndex);
  }

  /// Makes the scores of all but the best groups no number.
  private static void dropGroups(Routing routing, long scores, long bias) {
    float last = Float.POSITIVE_INFINITY;
    int lastIndex = -1;
    for (int i = 0; i < routing.groupsUsed(); i++) {
      float best = Float.NEGATIVE_INFINITY;
      int bestIndex = -1;
      for (int group = 0; group < routing.groups(); group++) {
        float score = groupScore(routing, scores, bias, group);
        if (follows(score, group, last, lastIndex) && (bestIndex < 0 || score > best)) {
          best = score;
          bestIndex = group;
        }
      }
      last = best;
      lastIndex = bestIndex;
    }
    int size = routing.experts() / routing.groups();
    for (int group = 0; group < routing.groups(); group++) {
      if (follows(groupScore(routing, scores, bias, group), group, last, lastIndex)) {
        for (int e = group * size; e < (group + 1) * size; e++) {
          putFloat(scores + 4L * e, Float.NaN);
        }
      }
    }
  }

  /// The sum of the two best selection scores of a group, or the best one.
  private static float groupScore(Routing routing, long scores, long bias, int group) {
    int size = routing.experts() / routing.groups();
    float best = Float.NEGATIVE_INFINITY;
    float second = Float.NEGATIVE_INFINITY;
    for (int e = group * size; e < (group + 1) * size; e++) {
      float score = selectionScore(scores, bias, e);
      if (score > best) {
        second = best;
        best = score;
      } else if (score > second) {
        second = score;
      }
    }
    return routing.scoring() == Scoring.SIGMOID && size > 1 ? best + second : best;
  }

  private static float selectionScore(long scores, long bias, int expert) {
    float score = getFloat(scores + 4L * expert) + (bias == 0L ? 0f : getFloat(bias + 4L * expert));
    return Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score;
  }

  private static void weigh(Routing routing, long scores, int token, Selection out) {
    for (int slot = 0; slot < routing.used(); slot++) {
      int expert = Memory.getInt(out.idAddress(token, slot));
      putFloat(out.weightAddress(token, slot), getFloat(scores + 4L * expert));
    }
    long weights = out.weightAddress(token, 0);
    if (routing.scoring() == Scoring.SOFTMAX_OF_TAKEN) {
      Loops.softmax(weights, routing.used());
    }
    float sum = 0f;
    for (int slot = 0; slot < routing.used(); slot++) {
      sum += getFloat(weights + 4L * slot);
    }
    float divisor = routing.normalise() ? Math.max(sum, Routing.SUM_MIN) : 1f;
    for (int slot = 0; slot < routing.used(); slot++) {
      putFloat(weights + 4L * slot, getFloat(weights + 4L * slot) / divisor * routing.scale());
    }
  }
}
