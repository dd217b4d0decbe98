package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import org.jspecify.annotations.Nullable;

/// The last piece of a call.
record Value(Automaton automaton) implements CallPiece {
  @Override
  public @Nullable CallPiece then(String written) {
    return null;
  }

  @Override
  public boolean decides() {
    return false;
  }
}
