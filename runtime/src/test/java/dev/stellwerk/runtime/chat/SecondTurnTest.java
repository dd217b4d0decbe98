package dev.stellwerk.runtime.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.engine.EngineConfig;
import dev.stellwerk.inference.engine.EngineStatus;
import dev.stellwerk.inference.engine.LoadProgress;
import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.inference.template.ToolCallFormat.Choice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A conversation with a long catalogue of tools pays for it once, over the embedded model with its
/// template and tokenizer.
///
/// `-Dstellwerk.catalogue.tools=300` makes the catalogue longer than 8,000 tokens; the lines that
/// it prints are the table of docs/benchmarks/second-turn.md. The file says 4,096 positions; the
/// copy used here says 16,384. What the model answers beyond the lengths it was trained on makes no
/// sense, and need not.
final class SecondTurnTest {
  private static final int CONTEXT = 16_384;
  private static final int TOOLS = Integer.getInteger("stellwerk.catalogue.tools", 20);
  private static final int TOKENS_MIN = 25 * TOOLS;

  @TempDir Path directory;

  @Test
  void onlyNewTokensAreComputed() throws InterruptedException, IOException {
    List<Function> catalogue = catalogue();
    EngineConfig config = EngineConfig.defaults();
    try (LocalModel model =
            LocalModel.load(withContext(), config, Optional.empty(), LoadProgress.NONE);
        Conversation conversation =
            model.chat().open(new ConversationSpec(catalogue, Sampling.GREEDY, true))) {
      Turn.Usage first = say(conversation, "What is in the file todo.txt?");
      print("first turn", first);
      assertTrue(first.prefilledTokens() > TOKENS_MIN, first.toString());
      assertEquals(0, first.cachedTokens());

      Turn.Usage second = say(conversation, "And which files are there?");
      print("second turn", second);
      long before = first.prefilledTokens() + first.generatedTokens();
      assertEquals(
          before + second.promptTokens(), second.cachedTokens() + second.prefilledTokens());
      assertEquals(second.promptTokens() + 1, second.prefilledTokens(), "one was never read back");
      assertEquals(0, second.rewoundTokens());

      // A person is asked: the pin is given back, the blocks stay until somebody needs them.
      EngineStatus.Memory pinned = model.chat().engine().status().memory();
      assertTrue(pinned.pinned() > TOKENS_MIN / 32, pinned.toString());
      conversation.unpin();
      EngineStatus.Memory given = model.chat().engine().status().memory();
      assertEquals(0, given.pinned() + given.running());
      assertTrue(given.cached() >= pinned.pinned() - 1, given.toString());
      Turn.Usage third = say(conversation, "Thank you.");
      print("third turn, after a person was asked", third);
      assertTrue(third.prefilledTokens() <= third.promptTokens() + 32, third.toString());

      // Another run with the same catalogue.
      try (Conversation other =
          model.chat().open(new ConversationSpec(catalogue, Sampling.GREEDY, true))) {
        Turn.Usage shared = say(other, "How late is it in Lisbon?");
        print("first turn of another run", shared);
        assertTrue(shared.cachedTokens() > TOKENS_MIN, shared.toString());
        assertTrue(shared.prefilledTokens() < 64, shared.toString());
      }
    }
  }

  private static Turn.Usage say(Conversation conversation, String text)
      throws InterruptedException {
    Prompt prompt = new Prompt(List.of(new ChatMessage.User(text)), new Choice.Auto(), 12);
    return conversation.generate(prompt, _ -> {}).usage();
  }

  private static void print(String what, Turn.Usage usage) {
    System.out.printf(
        "| %s | %d | %d | %d | %.2f s |%n",
        what,
        usage.promptTokens(),
        usage.cachedTokens(),
        usage.prefilledTokens(),
        usage.promptNanos() / 1e9);
  }

  private static List<Function> catalogue() {
    List<Function> functions = new ArrayList<>();
    for (int i = 0; i < TOOLS; i++) {
      ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
      ObjectNode properties = schema.putObject("properties");
      properties.putObject("path").put("type", "string");
      properties.putObject("limit" + i % 7).put("type", "integer");
      schema.putArray("required").add("path");
      functions.add(
          new Function(
              "tool_" + i, "Looks up record number " + i + " of the archive by its path.", schema));
    }
    return functions;
  }

  /// A copy of the embedded model whose header gives it more positions.
  private Path withContext() throws IOException {
    Path model =
        Path.of(System.getProperty("stellwerk.model", "../models/stellwerk-embedded.gguf"));
    byte[] bytes = Files.readAllBytes(model);
    byte[] key = "deepseek2.context_length".getBytes(StandardCharsets.US_ASCII);
    int at = 0;
    while (!startsWith(bytes, at, key)) {
      at++;
    }
    // After the key: its type, a 32-bit number, and the value.
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(4, header.getInt(at + key.length));
    header.putInt(at + key.length + 4, CONTEXT);
    return Files.write(directory.resolve("wide.gguf"), bytes);
  }

  private static boolean startsWith(byte[] bytes, int at, byte[] key) {
    for (int i = 0; i < key.length; i++) {
      if (bytes[at + i] != key[i]) {
        return false;
      }
    }
    return true;
  }
}
