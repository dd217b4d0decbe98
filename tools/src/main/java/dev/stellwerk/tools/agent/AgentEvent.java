package dev.stellwerk.tools.agent;

import com.fasterxml.jackson.databind.JsonNode;

/// What happens in a run, as a follower sees it. Sequence numbers rise by one from 1 and survive
/// restarts.
public sealed interface AgentEvent {
  long sequence();

  /// A piece of the answer's text.
  record TextDelta(long sequence, String text) implements AgentEvent {}

  /// A tool call is about to be dispatched.
  record ToolStarted(long sequence, String callId, String tool, JsonNode arguments)
      implements AgentEvent {}

  /// A tool call ended.
  record ToolFinished(long sequence, String callId, String tool, boolean succeeded, String summary)
      implements AgentEvent {}

  /// The run waits for an answer under `requestId`.
  record InputNeeded(long sequence, String requestId, String question, boolean approval)
      implements AgentEvent {}

  /// The last event of every run.
  record Ended(long sequence, RunState state) implements AgentEvent {}
}
