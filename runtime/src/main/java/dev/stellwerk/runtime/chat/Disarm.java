package dev.stellwerk.runtime.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.ChatMessage.Assistant;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.ChatMessage.Instructions;
import dev.stellwerk.inference.template.ChatMessage.ToolResult;
import dev.stellwerk.inference.template.ChatMessage.User;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.List;

/// Takes the control tokens out of everything that strangers wrote, before it enters a template.
///
/// Schemas are strangers' text too: an MCP server's property names and enum values are rendered
/// into the declaration of its tools. Only the operator's own instructions stay as they are.
record Disarm(Tokenizer tokenizer) {
  ChatMessage message(ChatMessage message) {
    return switch (message) {
      case Instructions instructions -> instructions;
      case User user -> new User(tokenizer.neutralise(user.text()));
      case ToolResult result ->
          new ToolResult(
              tokenizer.neutralise(result.callId()), tokenizer.neutralise(result.text()));
      case Assistant assistant ->
          new Assistant(
              tokenizer.neutralise(assistant.text()),
              tokenizer.neutralise(assistant.reasoning()),
              assistant.calls().stream().map(this::call).toList());
    };
  }

  List<ChatMessage> messages(List<ChatMessage> messages) {
    return messages.stream().map(this::message).toList();
  }

  Function function(Function function) {
    return new Function(
        function.name(), tokenizer.neutralise(function.description()), json(function.schema()));
  }

  private FunctionCall call(FunctionCall call) {
    return new FunctionCall(
        tokenizer.neutralise(call.id()), tokenizer.neutralise(call.name()), json(call.arguments()));
  }

  private JsonNode json(JsonNode node) {
    if (node.isTextual()) {
      return JsonNodeFactory.instance.textNode(tokenizer.neutralise(node.textValue()));
    }
    if (node.isArray()) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode(node.size());
      node.forEach(item -> copy.add(json(item)));
      return copy;
    }
    if (node.isObject()) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      node.properties()
          .forEach(field -> copy.set(tokenizer.neutralise(field.getKey()), json(field.getValue())));
      return copy;
    }
    return node;
  }
}
