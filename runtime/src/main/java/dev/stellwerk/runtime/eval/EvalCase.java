package dev.stellwerk.runtime.eval;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.Function;
import java.util.ArrayList;
import java.util.List;

/// One case of an evaluation.
///
/// @param answers the calls that are wanted, in order: each an object of one tool's name, whose
///   value lists the acceptable values of each argument; `""` among them means that the argument
///   may be left out. Empty when no call is wanted.
public record EvalCase(
    String id,
    String category,
    List<ChatMessage> messages,
    List<Function> functions,
    List<JsonNode> answers) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public EvalCase {
    requireNonNull(id, "id");
    requireNonNull(category, "category");
    messages = List.copyOf(messages);
    functions = List.copyOf(functions);
    answers = List.copyOf(answers);
  }

  /// Reads a case from a line of JSON.
  ///
  /// @throws IllegalArgumentException when it is not one
  public static EvalCase parse(String line) {
    JsonNode json;
    try {
      json = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
    List<ChatMessage> messages = new ArrayList<>();
    json.path("messages").forEach(message -> messages.add(message(message)));
    List<Function> functions = new ArrayList<>();
    json.path("tools").forEach(tool -> functions.add(function(tool.path("function"))));
    List<JsonNode> answers = new ArrayList<>();
    json.path("possible_answers").forEach(answers::add);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a case needs messages");
    }
    return new EvalCase(
        json.path("id").asText(),
        json.path("category").asText("all"),
        messages,
        functions,
        answers);
  }

  private static Function function(JsonNode function) {
    return new Function(
        function.path("name").asText(),
        function.path("description").asText(),
        function.path("parameters"));
  }

  private static ChatMessage message(JsonNode message) {
    String content = message.path("content").asText("");
    return switch (message.path("role").asText()) {
      case "system" -> new ChatMessage.Instructions(content);
      case "user" -> new ChatMessage.User(content);
      case "tool" -> new ChatMessage.ToolResult(message.path("tool_call_id").asText(), content);
      case "assistant" -> {
        List<ChatMessage.FunctionCall> calls = new ArrayList<>();
        message.path("tool_calls").forEach(call -> calls.add(call(call)));
        yield new ChatMessage.Assistant(content, calls);
      }
      case String role -> throw new IllegalArgumentException("unknown role '" + role + "'");
    };
  }

  private static ChatMessage.FunctionCall call(JsonNode call) {
    JsonNode function = call.path("function");
    return new ChatMessage.FunctionCall(
        call.path("id").asText(), function.path("name").asText(), function.path("arguments"));
  }
}
