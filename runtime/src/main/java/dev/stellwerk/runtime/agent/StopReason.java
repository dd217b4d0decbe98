package dev.stellwerk.runtime.agent;

/// Why a run ended without an answer.
public enum StopReason {
  /// The model took as many turns as it may.
  TURNS,
  /// The model asked for more tool calls than it may.
  TOOL_CALLS,
  /// The run used as many tokens as it may.
  TOKENS,
  /// The run took as long as it may.
  TIME,
  /// The model made the same call again and again.
  REPEATED_CALL,
  /// A turn was cut at the longest that a turn may be, or the context was full.
  LENGTH,
  /// The conversation does not fit the model's context.
  CONTEXT,
  /// Someone asked the run to stop.
  CANCELLED,
  /// The model has no room for another conversation.
  OVERLOADED,
  /// The model failed.
  MODEL,
  /// The process ended in the middle of the run.
  RESTART,
  /// A fault of ours; the log has the details.
  INTERNAL
}
