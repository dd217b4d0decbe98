package dev.stellwerk.inference.model;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Experts;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Routing;
import org.jspecify.annotations.Nullable;

/// The weights of what follows attention in a layer.
sealed interface FeedForward {
  /// A gated block, `down · (silu(gate · x) * (up · x))`.
  ///
  /// @param gate [inner, hidden]
  /// @param up [inner, hidden]
  /// @param down [hidden, inner]
  record Dense(Matrix gate, Matrix up, Matrix down) implements FeedForward {}

  /// Routed experts, and the one that every token takes.
  ///
  /// @param router [experts, hidden]
  /// @param routerBias f32 `[experts]`, added to the router's logits
  /// @param selectionBias f32 `[experts]`, added to the scores for the selection only
  record Routed(
      Routing routing,
      Matrix router,
      @Nullable Buffer routerBias,
      @Nullable Buffer selectionBias,
      Experts experts,
      @Nullable Dense shared)
      implements FeedForward {
    public Routed {
      requireNonNull(routing, "routing");
    }
  }
}
