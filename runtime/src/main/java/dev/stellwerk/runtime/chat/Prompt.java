package dev.stellwerk.runtime.chat;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.ToolCallFormat.Choice;
import java.util.List;

/// What is said to the model before its next turn.
///
/// @param added messages to append to the conversation; at least one
/// @param choice whether and what it may call
/// @param tokensMax the longest turn, in tokens
public record Prompt(List<ChatMessage> added, Choice choice, int tokensMax) {
  public Prompt {
    added = List.copyOf(added);
    requireNonNull(choice, "choice");
    if (added.isEmpty()) {
      throw new IllegalArgumentException("the prompt adds nothing");
    }
    if (tokensMax < 1) {
      throw new IllegalArgumentException("tokensMax " + tokensMax + " is below 1");
    }
  }
}
