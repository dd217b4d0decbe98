package dev.stellwerk.runtime.chat;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.template.Function;
import java.util.List;

/// What stays the same over a conversation.
///
/// @param functions what the model may call; names and descriptions may come from strangers
/// @param parallel whether one turn may hold several calls
public record ConversationSpec(List<Function> functions, Sampling sampling, boolean parallel) {
  public ConversationSpec {
    functions = List.copyOf(functions);
    requireNonNull(sampling, "sampling");
  }
}
