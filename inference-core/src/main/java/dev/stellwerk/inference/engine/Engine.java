package dev.stellwerk.inference.engine;

/// A loaded model that many conversations share: token ids in, token ids out.
///
/// One platform thread owns the arithmetic; every method here may be called from any thread.
public interface Engine extends AutoCloseable {
  /// Opens a conversation with an empty KV cache.
  ///
  /// @throws OverloadedException when the admission queue is full; never blocks
  Session open();

  /// The longest sequence, in tokens, that one session may hold.
  int contextLength();

  @Override
  void close();
}
