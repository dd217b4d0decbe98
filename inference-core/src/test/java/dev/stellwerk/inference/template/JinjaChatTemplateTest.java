package dev.stellwerk.inference.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.GgufWriter;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.tokenizer.BpeTokenizer;
import dev.stellwerk.inference.tokenizer.SmallVocabulary;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JinjaChatTemplateTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T20:41:07Z"), ZoneId.of("UTC"));

  @TempDir private Path folder;

  private static JsonNode golden() throws IOException {
    try (InputStream in =
        JinjaChatTemplateTest.class.getResourceAsStream("/golden/chat-template.json")) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in));
    }
  }

  private static List<ChatMessage> messages(JsonNode json) {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode message : json) {
      String text = message.path("content").asText();
      List<ChatMessage.FunctionCall> calls = new ArrayList<>();
      for (JsonNode call : message.path("tool_calls")) {
        JsonNode function = call.get("function");
        calls.add(
            new ChatMessage.FunctionCall(
                call.get("id").asText(), function.get("name").asText(), function.get("arguments")));
      }
      messages.add(
          switch (message.get("role").asText()) {
            case "system" -> new ChatMessage.Instructions(text);
            case "user" -> new ChatMessage.User(text);
            case "assistant" -> new ChatMessage.Assistant(text, calls);
            default -> new ChatMessage.ToolResult(message.get("tool_call_id").asText(), text);
          });
    }
    return messages;
  }

  private static List<Function> functions(JsonNode json) {
    List<Function> functions = new ArrayList<>();
    for (JsonNode tool : json) {
      JsonNode function = tool.get("function");
      functions.add(
          new Function(
              function.get("name").asText(),
              function.get("description").asText(),
              function.get("parameters")));
    }
    return functions;
  }

  /// The embedded model's template over whole conversations, as jinja2 renders it.
  @Test
  void rendersTheEmbeddedTemplateAsJinja2Does() throws IOException {
    JsonNode golden = golden();
    JinjaChatTemplate template =
        JinjaChatTemplate.of(golden.get("template").asText(), Map.of(), CLOCK);
    int count = 0;
    for (JsonNode example : golden.get("cases")) {
      assertEquals(
          example.get("expected").asText(),
          template.render(
              messages(example.get("messages")),
              functions(example.get("tools")),
              example.get("add_generation_prompt").asBoolean()));
      count++;
    }
    assertTrue(count >= 20, "only " + count + " cases");
  }

  /// Untrusted text everywhere, schemas included, changes nothing that the model reads.
  @Test
  void rendersNeutralisedConversationsAlike(@TempDir Path vocabularies) throws IOException {
    BpeTokenizer tokenizer = SmallVocabulary.tokenizer(vocabularies, "qwen2");
    JsonNode golden = golden();
    JinjaChatTemplate template =
        JinjaChatTemplate.of(golden.get("template").asText(), Map.of(), CLOCK);
    for (JsonNode example : golden.get("cases")) {
      String rendered =
          template.render(
              messages(neutralised(tokenizer, example.get("messages"))),
              functions(neutralised(tokenizer, example.get("tools"))),
              example.get("add_generation_prompt").asBoolean());
      String expected = example.get("expected").asText();
      assertEquals(expected, rendered.replace("\uFDD0", ""));
    }
  }

  /// Neutralises what a stranger wrote: contents, ids, descriptions, and JSON with its names.
  private static JsonNode neutralised(Tokenizer tokenizer, JsonNode node) {
    JsonNode copy = node.deepCopy();
    if (copy instanceof ObjectNode object) {
      for (String name : properties(object)) {
        JsonNode value = object.get(name);
        boolean json = name.equals("arguments") || name.equals("parameters");
        boolean ours = name.equals("role") || name.equals("name") || name.equals("type");
        object.set(
            name,
            json ? everything(tokenizer, value) : ours ? value : neutralised(tokenizer, value));
      }
      return object;
    }
    if (copy instanceof ArrayNode array) {
      array.removeAll();
      node.forEach(item -> array.add(neutralised(tokenizer, item)));
      return array;
    }
    return everything(tokenizer, copy);
  }

  private static JsonNode everything(Tokenizer tokenizer, JsonNode node) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = object.objectNode();
      for (String name : properties(object)) {
        copy.set(tokenizer.neutralise(name), everything(tokenizer, object.get(name)));
      }
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = array.arrayNode();
      array.forEach(item -> copy.add(everything(tokenizer, item)));
      return copy;
    }
    return node.isTextual() ? TextNode.valueOf(tokenizer.neutralise(node.asText())) : node;
  }

  private static List<String> properties(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void givesTemplatesWhatHuggingFaceGives() {
    String source =
        "{{ bos_token }}{% for m in messages %}{{ m.role }}/{{ m.content }}/{{ m.name }};{% endfor %}"
            + "{{ tools is none }}";
    JinjaChatTemplate template = JinjaChatTemplate.of(source, Map.of("bos_token", "<s>"), CLOCK);
    ObjectMapper json = new ObjectMapper();
    List<ChatMessage> messages =
        List.of(
            new ChatMessage.Instructions("be kind"),
            new ChatMessage.Assistant(
                "", List.of(new ChatMessage.FunctionCall("c1", "tell", json.createObjectNode()))),
            new ChatMessage.ToolResult("c1", "told"),
            new ChatMessage.ToolResult("c2", "lost"));
    assertEquals(
        "<s>system/be kind/;assistant//;tool/told/tell;tool/lost/;True",
        template.render(messages, List.of(), false));
  }

  @Test
  void failsWithTheTemplatesOwnReason() {
    JinjaChatTemplate template =
        JinjaChatTemplate.of("{{ raise_exception('no system role') }}", Map.of(), CLOCK);
    assertEquals(
        "the chat template: line 1: no system role",
        assertThrows(TemplateException.class, () -> template.render(List.of(), List.of(), true))
            .getMessage());
    assertThrows(TemplateException.class, () -> JinjaChatTemplate.of("{% if", Map.of(), CLOCK));
  }

  @Test
  void loadsFromAModelFile() {
    GgufWriter writer =
        new GgufWriter()
            .strings("tokenizer.ggml.tokens", List.of("a", "<s>"))
            .u32("tokenizer.ggml.bos_token_id", 1)
            .u32("tokenizer.ggml.eos_token_id", 7);
    Path none = writer.write(folder.resolve("none.gguf"));
    try (Gguf gguf = Gguf.open(none)) {
      String message =
          assertThrows(ModelFileException.class, () -> JinjaChatTemplate.load(gguf, CLOCK))
              .getMessage();
      assertEquals(none + ": tokenizer.chat_template: is missing; expected a string", message);
    }
    Path good =
        writer
            .string("tokenizer.chat_template", "{{ bos_token }}[{{ eos_token }}]")
            .write(folder.resolve("good.gguf"));
    try (Gguf gguf = Gguf.open(good)) {
      assertEquals("<s>[]", JinjaChatTemplate.load(gguf, CLOCK).render(List.of(), List.of(), true));
    }
    Path broken =
        new GgufWriter()
            .strings("tokenizer.ggml.tokens", List.of("a"))
            .string("tokenizer.chat_template", "{% extends 'x' %}")
            .write(folder.resolve("broken.gguf"));
    try (Gguf gguf = Gguf.open(broken)) {
      String message =
          assertThrows(ModelFileException.class, () -> JinjaChatTemplate.load(gguf, CLOCK))
              .getMessage();
      assertTrue(message.startsWith(broken + ": tokenizer.chat_template: line 1:"), message);
    }
  }
}
