package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.platform.Memory;
import java.util.Map;

/// What sampling remembers over one generation: its random numbers, and which tokens were there.
final class SamplingState {
  private static final int[] NONE = {};

  private final Sampling sampling;
  private final SplitMix64 random;
  private final int[] biasIds;
  private final float[] biases;
  private final int[] generated; // how often each token was appended; empty without penalties
  private final boolean[] present; // in the context or the generation; empty without penalties

  /// @param context the tokens before the generation
  SamplingState(Sampling sampling, int vocabulary, Sequence context) {
    this.sampling = sampling;
    this.random = new SplitMix64(sampling.seed());
    this.biasIds =
        sampling.logitBias().isEmpty()
            ? NONE
            : sampling.logitBias().keySet().stream()
                .mapToInt(id -> id)
                .filter(id -> id >= 0 && id < vocabulary)
                .sorted()
                .toArray();
    this.biases = new float[biasIds.length];
    Map<Integer, Float> bias = sampling.logitBias();
    for (int i = 0; i < biases.length; i++) {
      biases[i] = bias.getOrDefault(biasIds[i], 0f);
    }
    this.generated = new int[sampling.penalises() ? vocabulary : 0];
    this.present = new boolean[generated.length];
    for (int i = 0; present.length > 0 && i < context.size(); i++) {
      present[context.token(i)] = true;
    }
  }

  Sampling sampling() {
    return sampling;
  }

  /// Uniform in 0 (included) to 1 (excluded).
  double nextUniform() {
    return random.nextDouble();
  }

  /// A token was appended.
  void accept(int token) {
    if (present.length > 0) {
      generated[token]++;
      present[token] = true;
    }
  }

  /// Writes the logits as the bias and the penalties leave them.
  ///
  /// @param logits address of f32, one a token
  void adjust(long logits, float[] adjusted, int vocabulary) {
    for (int i = 0; i < vocabulary; i++) {
      adjusted[i] = Memory.getFloat(logits + 4L * i);
    }
    for (int i = 0; i < biasIds.length; i++) {
      adjusted[biasIds[i]] += biases[i];
    }
    float repetition = sampling.repetitionPenalty();
    for (int i = 0; i < present.length; i++) {
      if (present[i]) {
        float logit = adjusted[i] > 0 ? adjusted[i] / repetition : adjusted[i] * repetition;
        adjusted[i] =
            logit
                - sampling.frequencyPenalty() * generated[i]
                - (generated[i] > 0 ? sampling.presencePenalty() : 0f);
      }
    }
  }
}
