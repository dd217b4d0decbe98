package dev.stellwerk.inference.engine;

import java.util.List;

/// One thing that a generation delivers.
public sealed interface Step {
  /// A token was appended to the sequence.
  ///
  /// @param forced the constraint left no choice, so nothing was sampled
  /// @param logprob natural logarithm of the token's probability before the constraint and all
  ///   sampling parameters; 0 when forced
  /// @param maskedProbability the token's probability among those that the constraint allowed
  /// @param top the likeliest tokens, the best first, as many as [Sampling#logprobs] asked for;
  ///   empty when forced
  record Token(
      int id, boolean forced, float logprob, float maskedProbability, List<TokenLogprob> top)
      implements Step {
    public Token {
      top = List.copyOf(top);
    }

    /// Without the likeliest ones.
    public Token(int id, boolean forced, float logprob, float maskedProbability) {
      this(id, forced, logprob, maskedProbability, List.of());
    }
  }

  /// The context is being read. Sent at most once a prefill chunk.
  ///
  /// @param done tokens that were computed so far, or found in the cache on the way
  /// @param total tokens that the cache did not hold when the generation started
  record Prefilled(int done, int total) implements Step {}

  /// The generation ended.
  record Finished(FinishReason reason, Usage usage) implements Step {}
}
