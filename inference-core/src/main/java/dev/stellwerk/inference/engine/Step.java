package dev.stellwerk.inference.engine;

/// One thing that a generation delivers.
public sealed interface Step {
  /// A token was appended to the sequence.
  ///
  /// @param forced the constraint left no choice, so nothing was sampled
  /// @param logprob natural logarithm of the token's probability before masking; 0 when forced
  /// @param maskedProbability the token's probability among those that the constraint allowed
  record Token(int id, boolean forced, float logprob, float maskedProbability) implements Step {}

  /// The prompt is being read. Sent at most once a prefill chunk.
  record Prefilled(int done, int total) implements Step {}

  /// The generation ended.
  record Finished(FinishReason reason, Usage usage) implements Step {}
}
