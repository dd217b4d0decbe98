package dev.stellwerk.inference.engine;

/// Why a generation ended.
public enum FinishReason {
  /// The model produced an end token.
  STOP,
  /// `maxTokens` or the context length was reached.
  LENGTH,
  /// The generation was closed.
  CANCELLED,
  /// The engine failed; the cause was logged once.
  ERROR
}
