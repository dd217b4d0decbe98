package dev.stellwerk.runtime.chat;

import java.util.function.Consumer;

/// One conversation with a model, which remembers what was said.
///
/// One turn at a time; not thread-safe beyond that.
public interface Conversation extends AutoCloseable {
  /// Appends messages and blocks until the model's turn is over.
  ///
  /// @param events told in order, on the calling thread, while the turn is being made
  /// @throws InterruptedException when the calling thread is interrupted; the turn is given up and
  ///   the conversation must be closed
  /// @throws dev.stellwerk.inference.engine.ContextExceededException when the messages do not fit
  /// @throws ModelFailedException when the model broke down
  Turn generate(Prompt prompt, Consumer<TurnEvent> events) throws InterruptedException;

  /// Releases what the conversation holds. Idempotent.
  @Override
  void close();
}
