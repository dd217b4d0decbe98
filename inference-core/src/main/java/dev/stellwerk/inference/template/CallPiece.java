package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import org.jspecify.annotations.Nullable;

/// A stretch of a call's text. Where its automaton accepts, the piece is over: no text of it goes
/// on as another one.
interface CallPiece {
  Automaton automaton();

  /// What follows, or null when the call's text is complete.
  ///
  /// @param written the text of this piece
  @Nullable CallPiece then(String written);

  /// Whether what follows depends on what was written.
  default boolean decides() {
    return true;
  }
}
