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
  TurnParser parser();
}
