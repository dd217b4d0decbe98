package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.constraint.TokenMask;
import dev.stellwerk.inference.platform.FastMath;
import dev.stellwerk.inference.platform.Memory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Chooses a token from a row of logits, as [Sampling] describes. Holds the last choice in its
/// fields; one a thread.
final class Sampler {
  private final int vocabulary;
  private final float[] logits; // of the current row, with bias and penalties
  private final Candidates candidates;

  private int token;
  private float logprob;
  private float maskedProbability;
  private List<TokenLogprob> top = List.of();

  Sampler(int vocabulary) {
    this.vocabulary = vocabulary;
    this.logits = new float[vocabulary];
    this.candidates = new Candidates(vocabulary);
  }

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

  /// The likeliest tokens before masking.
  List<TokenLogprob> top() {
    return top;
  }

  /// Chooses.
  ///
  /// @param row address of f32, `[vocabulary]`
  /// @param mask the allowed tokens; null for all
  /// @return false when no token is allowed
  boolean sample(long row, @Nullable TokenMask mask, SamplingState state) {
    if (!choose(row, mask, state)) {
      return false;
    }
    report(row, mask, state.sampling().logprobs());
    return true;
  }

  /// Sets the token.
  ///
  /// @return false when none is allowed
  private boolean choose(long row, @Nullable TokenMask mask, SamplingState state) {
    Sampling sampling = state.sampling();
    state.adjust(row, logits, vocabulary);
    int best = best(mask);
    token = best;
    if (best < 0 || sampling.temperature() == 0) {
      return best >= 0;
    }
    float max = logits[best];
    float inverse = 1f / sampling.temperature();
    candidates.clear();
    for (int i = next(mask, 0); i >= 0; i = next(mask, i + 1)) {
      // Not a number is never drawn; infinitely unlikely is not either.
      float weight = FastMath.exp((logits[i] - max) * inverse);
      if (weight > 0) {
        candidates.add(i, weight);
      }
    }
    if (sampling.limits()) {
      candidates.limit(sampling.topK(), sampling.topP(), sampling.minP());
    }
    token = candidates.draw(state.nextUniform(), best);
    return true;
  }

  /// The allowed token of the highest logit, ties by the lowest id; -1 for none. A logit that is
  /// not a number is never chosen.
  private int best(@Nullable TokenMask mask) {
    int best = -1;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = next(mask, 0); i >= 0; i = next(mask, i + 1)) {
      if (logits[i] > max) {
        max = logits[i];
        best = i;
      }
    }
    return best;
  }

  /// Probabilities of the chosen token and of the likeliest ones, by the model alone.
  private void report(long row, @Nullable TokenMask mask, int count) {
    float max = max(row, null);
    float logit = Memory.getFloat(row + 4L * token);
    double all = sum(row, null, max);
    logprob = (float) (logit - max - Math.log(all));
    // Allowed tokens may be too unlikely to be added up beside the likeliest of all.
    float maxAllowed = mask == null ? max : max(row, mask);
    double allowed = mask == null ? all : sum(row, mask, maxAllowed);
    maskedProbability = (float) (FastMath.exp(logit - maxAllowed) / allowed);
    top = count == 0 ? List.of() : likeliest(row, count, max + (float) Math.log(all));
  }

  private List<TokenLogprob> likeliest(long row, int count, float logTotal) {
    List<TokenLogprob> best = new ArrayList<>(count + 1);
    for (int i = 0; i < vocabulary; i++) {
      float value = notNaN(Memory.getFloat(row + 4L * i)) - logTotal;
      if (best.size() < count || value > best.getLast().logprob()) {
        int at = best.size();
        while (at > 0 && best.get(at - 1).logprob() < value) {
          at--;
        }
        best.add(at, new TokenLogprob(i, value));
        if (best.size() > count) {
          best.removeLast();
        }
      }
    }
    return List.copyOf(best);
  }

  private float max(long row, @Nullable TokenMask mask) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = next(mask, 0); i >= 0; i = next(mask, i + 1)) {
      max = Math.max(max, notNaN(Memory.getFloat(row + 4L * i)));
    }
    return max;
  }

  private double sum(long row, @Nullable TokenMask mask, float max) {
    double sum = 0;
    for (int i = next(mask, 0); i >= 0; i = next(mask, i + 1)) {
      sum += FastMath.exp(notNaN(Memory.getFloat(row + 4L * i)) - max);
    }
    return sum;
  }

  private static float notNaN(float logit) {
    return Float.isNaN(logit) ? Float.NEGATIVE_INFINITY : logit;
  }

  private int next(@Nullable TokenMask mask, int from) {
    int found = mask == null ? from : mask.next(from);
    return found < vocabulary ? found : -1;
  }
}
