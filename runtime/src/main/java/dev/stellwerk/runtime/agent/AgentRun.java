package dev.stellwerk.runtime.agent;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import java.util.List;

/// A run to be made.
///
/// @param key chosen by the caller; the same key again is the same run
/// @param history what was said before, for a request that goes on with a conversation
public record AgentRun(
    Caller caller,
    String key,
    AgentTask task,
    List<ChatMessage> history,
    Sampling sampling,
    RunLimits limits) {
  public AgentRun {
    requireNonNull(caller, "caller");
    requireNonNull(key, "key");
    requireNonNull(task, "task");
    history = List.copyOf(history);
    requireNonNull(sampling, "sampling");
    requireNonNull(limits, "limits");
  }
}
