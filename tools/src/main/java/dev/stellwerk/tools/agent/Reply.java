package dev.stellwerk.tools.agent;

/// A person's or a caller's answer to a pending request.
public sealed interface Reply {
  /// Whether a waiting tool call may run.
  record Approval(boolean approved) implements Reply {}

  /// Text that the run asked for.
  record Input(String text) implements Reply {}
}
