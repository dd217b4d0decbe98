package dev.stellwerk.runtime.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.ChatTemplate;
import dev.stellwerk.inference.template.Function;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// The embedded model's template by hand.
final class CompactTemplate implements ChatTemplate {
  @Override
  public String render(
      List<ChatMessage> messages, List<Function> functions, boolean addGenerationPrompt) {
    StringBuilder text = new StringBuilder();
    if (!functions.isEmpty()) {
      text.append("<|im_system|>tool_declare<|im_middle|>")
          .append(functions.stream().map(this::line).collect(Collectors.joining("\n")))
          .append("<|im_end|>");
    }
    messages.forEach(message -> text.append(message(message)));
    return addGenerationPrompt
        ? text.append("<|im_assistant|>assistant<|im_middle|>").toString()
        : text.toString();
  }

  private String line(Function function) {
    List<String> required =
        StreamSupport.stream(function.schema().path("required").spliterator(), false)
            .map(JsonNode::asText)
            .toList();
    return function.name()
        + function.schema().path("properties").properties().stream()
            .map(
                field ->
                    field.getKey()
                        + (required.contains(field.getKey()) ? ": " : "?: ")
                        + field.getValue().path("type").asText("any"))
            .collect(Collectors.joining(", ", "(", ")"))
        + ": "
        + function.description();
  }

  private String message(ChatMessage message) {
    return switch (message) {
      case ChatMessage.Instructions(String t) ->
          "<|im_system|>system<|im_middle|>" + t + "<|im_end|>";
      case ChatMessage.User(String t) -> "<|im_user|>user<|im_middle|>" + t + "<|im_end|>";
      case ChatMessage.ToolResult(String id, String t) ->
          "<|im_system|>tool<|im_middle|>## Return of " + id + "\n" + t + "<|im_end|>";
      case ChatMessage.Assistant a ->
          "<|im_assistant|>assistant<|im_middle|>"
              + a.text()
              + (a.calls().isEmpty()
                  ? ""
                  : a.calls().stream()
                      .map(
                          call ->
                              "<|tool_call_begin|>"
                                  + call.id()
                                  + "<|tool_call_argument_begin|>"
                                  + call.arguments()
                                  + "<|tool_call_end|>")
                      .collect(
                          Collectors.joining(
                              "", "<|tool_calls_section_begin|>", "<|tool_calls_section_end|>")))
              + "<|im_end|>";
    };
  }
}
