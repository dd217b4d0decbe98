package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.constraint.TokenMask;
import dev.stellwerk.inference.platform.FastMath;
import dev.stellwerk.inference.platform.Memory;
import org.jspecify.annotations.Nullable;

/// Chooses a token from a row of logits. Holds the last choice in its fields; one a thread.
final class Sampler {
  private int token;
  private float logprob;
  private float maskedProbability;

  int token() {
    return token;
  }

  /// Natural logarithm of the token's probability before masking.
  float logprob() {
    return logprob;
  }

  /// The token's probability among the allowed ones.
  float maskedProbability() {
    return maskedProbability;
  }

  /// Chooses.
  ///
  /// @param logits address of f32, `[vocabulary]`
  /// @param mask the allowed tokens; null for all
  /// @return false when no token is allowed
  boolean sample(
      long logits, int vocabulary, @Nullable TokenMask mask, Sampling sampling, SplitMix64 random) {
    int best = best(logits, vocabulary, mask);
    if (best < 0) {
      return false;
    }
    float max = Memory.getFloat(logits + 4L * best);
    token = best;
    if (sampling.temperature() > 0) {
      draw(logits, vocabulary, mask, max, 1f / sampling.temperature(), random);
    }
    float logit = Memory.getFloat(logits + 4L * token);
    float allowed = sum(logits, vocabulary, mask, max, 1f);
    float greatest =
        mask == null ? max : Memory.getFloat(logits + 4L * best(logits, vocabulary, null));
    float all = mask == null ? allowed : sum(logits, vocabulary, null, greatest, 1f);
    logprob = (float) (logit - greatest - Math.log(all));
    maskedProbability = FastMath.exp(logit - max) / allowed;
    return true;
  }

  /// The allowed token of the highest logit, ties by the lowest id; -1 for none. A logit that is
  /// not a number is never chosen.
  private static int best(long logits, int vocabulary, @Nullable TokenMask mask) {
    int best = -1;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = next(mask, 0, vocabulary); i >= 0; i = next(mask, i + 1, vocabulary)) {
      float logit = Memory.getFloat(logits + 4L * i);
      if (logit > max) {
        max = logit;
        best = i;
      }
    }
    return best;
  }

  private void draw(
      long logits,
      int vocabulary,
      @Nullable TokenMask mask,
      float max,
      float inverse,
      SplitMix64 random) {
    float total = sum(logits, vocabulary, mask, max, inverse);
    float rest = random.nextFloat() * total;
    for (int i = next(mask, 0, vocabulary); i >= 0; i = next(mask, i + 1, vocabulary)) {
      float weight = FastMath.exp((Memory.getFloat(logits + 4L * i) - max) * inverse);
      rest -= weight;
      if (weight > 0 && rest < 0) {
        token = i;
        return;
      }
    }
    // Rounding left a rest: the best token, which is set, is as good as any.
  }

  private static int next(@Nullable TokenMask mask, int from, int vocabulary) {
    int found = mask == null ? from : mask.next(from);
    return found < vocabulary ? found : -1;
  }

  /// The sum of e^((logit - max) * inverse) over the allowed tokens.
  private static float sum(
      long logits, int vocabulary, @Nullable TokenMask mask, float max, float inverse) {
    float sum = 0f;
    for (int i = next(mask, 0, vocabulary); i >= 0; i = next(mask, i + 1, vocabulary)) {
      sum += FastMath.exp((Memory.getFloat(logits + 4L * i) - max) * inverse);
    }
    return sum;
  }
}
