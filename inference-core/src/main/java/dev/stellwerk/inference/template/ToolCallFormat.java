package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Constraint;
import java.util.List;

/// How a model family writes tool calls: the constraint that makes it write them right, and the
/// parser that reads them.
public interface ToolCallFormat {
  /// Whether and which calls the model may make in a turn.
  sealed interface Choice {
    /// Text or calls, as the model likes.
    record Auto() implements Choice {}

    /// No calls; the functions stay declared.
    record None() implements Choice {}

    /// At least one call.
    record Required() implements Choice {}

    /// Exactly this function.
    record Named(String function) implements Choice {}
  }

  /// Prepares a function, so that one that cannot be offered is known before a turn needs it.
  ///
  /// @throws dev.stellwerk.inference.constraint.UnsupportedSchemaException when its schema uses a
  ///   keyword that cannot be enforced
  void check(Function function);

  /// A constraint for one assistant turn: free text, and calls that satisfy their schemas.
  ///
  /// @param firstCallIndex the number that the next call's id carries
  /// @throws dev.stellwerk.inference.constraint.UnsupportedSchemaException when a schema uses a
  ///   keyword that cannot be enforced
  Constraint constraint(
      List<Function> functions, Choice choice, boolean parallel, int firstCallIndex);

  /// A parser for one assistant turn, fed token by token.
  ///
  /// @param functions what the turn could call: some formats do not say of what type an argument is
  /// @param firstCallIndex the number of the next call, for formats that write no ids
  TurnParser parser(List<Function> functions, int firstCallIndex);

  /// The number of the next call after a history: so many were made in it.
  default int firstCallIndex(List<ChatMessage> history) {
    int calls = 0;
    for (ChatMessage message : history) {
      calls += message instanceof ChatMessage.Assistant turn ? turn.calls().size() : 0;
    }
    return calls;
  }

  /// Messages as the model's template has to be given them: their call ids in the model's own form
  /// where that is not unique.
  default List<ChatMessage> rendered(List<ChatMessage> messages) {
    return messages;
  }
}
