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
  /// The longest key and the longest context id.
  public static final int ID_CHARS_MAX = 1_000;

  public AgentRun {
    requireNonNull(caller, "caller");
    requireNonNull(key, "key");
    requireNonNull(task, "task");
    history = List.copyOf(history);
    requireNonNull(sampling, "sampling");
    requireNonNull(limits, "limits");
    if (key.length() > ID_CHARS_MAX || task.contextId().length() > ID_CHARS_MAX) {
      throw new IllegalArgumentException(
          "a key or context id is longer than " + ID_CHARS_MAX + " characters");
    }
  }
}
