package dev.stellwerk.runtime.chat;

/// What happens while a turn is being made.
public sealed interface TurnEvent {
  /// The prompt is being read.
  record Reading(int tokensDone, int tokensTotal) implements TurnEvent {}

  /// More of the answer's text.
  record Text(String text) implements TurnEvent {}

  /// More of the model's reasoning.
  record Reasoning(String text) implements TurnEvent {}

  /// The model decided which tool to call; its arguments follow.
  record CallNamed(String callId, String name) implements TurnEvent {}
}
