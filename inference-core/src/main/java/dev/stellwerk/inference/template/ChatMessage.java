package dev.stellwerk.inference.template;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// One message of a conversation.
public sealed interface ChatMessage {
  /// Instructions of the operator.
  record Instructions(String text) implements ChatMessage {}

  /// What the user wrote; untrusted.
  record User(String text) implements ChatMessage {}

  /// What the model wrote.
  ///
  /// @param reasoning what it thought before; empty when it did not, or when nobody kept it
  record Assistant(String text, String reasoning, List<FunctionCall> calls) implements ChatMessage {
    public Assistant(String text, List<FunctionCall> calls) {
      this(text, "", calls);
    }

    public Assistant {
      requireNonNull(text, "text");
      requireNonNull(reasoning, "reasoning");
      calls = List.copyOf(calls);
    }
  }

  /// What a tool returned; untrusted.
  ///
  /// @param callId the id of the call that it answers
  record ToolResult(String callId, String text) implements ChatMessage {}

  /// A call, as the model wrote it.
  ///
  /// @param id in the format's own form, for instance `functions.NAME:IDX`
  record FunctionCall(String id, String name, JsonNode arguments) {
    public FunctionCall {
      requireNonNull(id, "id");
      requireNonNull(name, "name");
      requireNonNull(arguments, "arguments");
    }
  }
}
