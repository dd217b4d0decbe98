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
  record Assistant(String text, List<FunctionCall> calls) implements ChatMessage {
    public Assistant {
      requireNonNull(text, "text");
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
