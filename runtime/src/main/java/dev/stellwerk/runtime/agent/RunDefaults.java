package dev.stellwerk.runtime.agent;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import java.util.List;

/// How runs are made when the one who asks for them says nothing about it.
///
/// @param instructions of the operator; blank for none
public record RunDefaults(String instructions, Sampling sampling, RunLimits limits) {
  public RunDefaults {
    requireNonNull(instructions, "instructions");
    requireNonNull(sampling, "sampling");
    requireNonNull(limits, "limits");
  }

  public AgentRun run(Caller caller, String key, AgentTask task) {
    return new AgentRun(caller, key, task, opening(), sampling, limits);
  }

  /// What stands before the first request of a conversation.
  public List<ChatMessage> opening() {
    return instructions.isBlank() ? List.of() : List.of(new ChatMessage.Instructions(instructions));
  }
}
