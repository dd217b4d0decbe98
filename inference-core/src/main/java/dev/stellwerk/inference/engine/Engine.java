package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.NumericMode;

/// A loaded model that many conversations share: token ids in, token ids out.
///
/// One platform thread owns the arithmetic; every method here may be called from any thread.
public interface Engine extends AutoCloseable {
  /// Opens a conversation without any tokens.
  ///
  /// @throws OverloadedException when too many are open; never blocks
  Session open();

  /// The longest sequence, in tokens, that one session may hold.
  int contextLength();

  /// The arithmetic that its tokens are computed with, to be recorded with every run.
  NumericMode numericMode();

  /// What it is doing now.
  EngineStatus status();

  @Override
  void close();
}
