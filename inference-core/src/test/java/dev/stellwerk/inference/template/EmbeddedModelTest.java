package dev.stellwerk.inference.template;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.tokenizer.BpeTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The model file of this repository: its header, its tokenizer against the one that trained it,
/// and its chat template against the one that the golden conversations were rendered with.
class EmbeddedModelTest {
  private static final List<String> SPECIALS =
      List.of(
          "[PAD]",
          "[BOS]",
          "[EOS]",
          "<|im_end|>",
          "<|im_user|>",
          "<|im_assistant|>",
          "<|im_system|>",
          "<|im_middle|>",
          "<|tool_calls_section_begin|>",
          "<|tool_calls_section_end|>",
          "<|tool_call_begin|>",
          "<|tool_call_argument_begin|>",
          "<|tool_call_end|>",
          "<think>",
          "</think>",
          "<|reserved|>");

  private static JsonNode golden(String name) throws IOException {
    try (InputStream in = EmbeddedModelTest.class.getResourceAsStream("/golden/" + name)) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in, name));
    }
  }

  @Test
  void speaksTheLanguageItWasTrainedIn() throws IOException {
    String root = System.getProperty("stellwerk.root", ".");
    Path file =
        Path.of(System.getProperty("stellwerk.model", root + "/models/stellwerk-embedded.gguf"));
    if (!Files.exists(file)) {
      System.out.println("skipped: there is no " + file);
      return;
    }
    try (Gguf gguf = Gguf.open(file)) {
      assertEquals("deepseek2", gguf.requiredString("general.architecture"));
      assertEquals(4096, gguf.requiredInteger("deepseek2.context_length"));
      assertTrue(gguf.bytes() <= 20 << 20, gguf.bytes() + " bytes");
      BpeTokenizer tokenizer = BpeTokenizer.load(gguf);
      for (int i = 0; i < SPECIALS.size(); i++) {
        assertEquals(8176 + i, tokenizer.special(SPECIALS.get(i)).orElse(-1), SPECIALS.get(i));
        assertTrue(tokenizer.isControl(8176 + i), SPECIALS.get(i));
      }
      assertTrue(tokenizer.isEndOfGeneration(8176 + SPECIALS.indexOf("<|im_end|>")));
      for (JsonNode example : golden("embedded-tokens.json").get("cases")) {
        String text = example.get("text").asText();
        int[] ids = new ObjectMapper().convertValue(example.get("ids"), int[].class);
        assertArrayEquals(ids, tokenizer.encodeRendered(text).toArray(), text);
      }
      assertEquals(
          golden("chat-template.json").get("template").asText(),
          gguf.requiredString("tokenizer.chat_template"));
    }
  }
}
