package dev.stellwerk.runtime.chat;

import dev.stellwerk.inference.template.Function;
import java.util.List;
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

  /// Changes what the model may call from the next turn on. Costs a reading of everything that the
  /// template puts behind the declarations.
  void offer(List<Function> functions);

  /// Lets others have the memory that this conversation takes, if they need it: the next turn is
  /// some time away, for instance because a person is asked. Changes no answer.
  void unpin();

  /// Releases what the conversation holds. Idempotent.
  @Override
  void close();
}
