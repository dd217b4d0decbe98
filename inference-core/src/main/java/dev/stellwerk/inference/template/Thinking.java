package dev.stellwerk.inference.template;

/// How a turn may reason before it answers.
public enum Thinking {
  /// The markers of reasoning are banned.
  NONE,
  /// The turn may hold sections of reasoning.
  ALLOWED,
  /// The prompt has opened a section; the turn begins inside it.
  OPENED
}
