package dev.stellwerk.runtime.agent;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.stellwerk.tools.Tool;
import java.util.List;

/// What happens in a run, in order, ending in exactly one [Ended].
///
/// Only [AgentLoop] and [AgentService] write events; the journal keeps them; every edge reads them.
/// Their JSON form is an API: names are for ever.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = RunEvent.Started.class, name = "started"),
  @JsonSubTypes.Type(value = RunEvent.TextDelta.class, name = "textDelta"),
  @JsonSubTypes.Type(value = RunEvent.ToolsRequested.class, name = "toolsRequested"),
  @JsonSubTypes.Type(value = RunEvent.ToolStarting.class, name = "toolStarting"),
  @JsonSubTypes.Type(value = RunEvent.ToolsFinished.class, name = "toolsFinished"),
  @JsonSubTypes.Type(value = RunEvent.Completed.class, name = "completed"),
  @JsonSubTypes.Type(value = RunEvent.Stopped.class, name = "stopped")
})
public sealed interface RunEvent {
  /// The loop has begun.
  ///
  /// @param tools names of the tools that the model may call in this run
  /// @param numericMode the arithmetic that the tokens are computed with, `exact` or `fast`: the
  ///   same seed gives the same tokens only in the same mode; `unknown` in journals of old
  record Started(String request, String model, List<String> tools, String numericMode)
      implements RunEvent {
    /// What journals from before the mode was recorded have.
    public static final String UNKNOWN = "unknown";

    @SuppressWarnings("NullAway") // Jackson leaves null what an old journal lacks
    public Started {
      numericMode = requireNonNullElse(numericMode, UNKNOWN);
      requireNonNull(request, "request");
      requireNonNull(model, "model");
      tools = List.copyOf(tools);
    }
  }

  /// More of the model's text. The text of a turn that goes on to call tools is not the answer.
  record TextDelta(int turn, String text) implements RunEvent {
    public TextDelta {
      requireNonNull(text, "text");
    }
  }

  /// The model asked for tools; nothing was dispatched yet.
  record ToolsRequested(int turn, List<Tool.Call> calls) implements RunEvent {
    public ToolsRequested {
      calls = List.copyOf(calls);
    }
  }

  /// A call is about to be dispatched. On disk before the tool hears of it, so that a run that died
  /// shows which calls may have had an effect.
  record ToolStarting(int turn, Tool.Call call, String idempotencyKey, Tool.Effects effects)
      implements RunEvent {
    public ToolStarting {
      requireNonNull(call, "call");
      requireNonNull(idempotencyKey, "idempotencyKey");
      requireNonNull(effects, "effects");
    }
  }

  /// All calls of a turn have ended, in the order in which the model made them.
  record ToolsFinished(int turn, List<Outcome> outcomes) implements RunEvent {
    public ToolsFinished {
      outcomes = List.copyOf(outcomes);
    }
  }

  /// What came of a call.
  ///
  /// @param text what the model was told
  record Outcome(String callId, String tool, boolean succeeded, String text) {
    public Outcome {
      requireNonNull(callId, "callId");
      requireNonNull(tool, "tool");
      requireNonNull(text, "text");
    }
  }

  /// The one last event.
  sealed interface Ended extends RunEvent {
    RunUsage usage();
  }

  /// The model answered.
  record Completed(String text, RunUsage usage) implements Ended {
    public Completed {
      requireNonNull(text, "text");
      requireNonNull(usage, "usage");
    }
  }

  /// The run ended without an answer.
  ///
  /// @param message what happened and what can be done, in one line
  record Stopped(StopReason reason, String message, RunUsage usage) implements Ended {
    public Stopped {
      requireNonNull(reason, "reason");
      requireNonNull(message, "message");
      requireNonNull(usage, "usage");
    }
  }
}
