package dev.stellwerk.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `generate` and `logits` over the embedded model.
final class GenerateTest {
  private static final String MODEL =
      System.getProperty("stellwerk.model", "../models/stellwerk-embedded.gguf");

  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void writesTextAndSaysWhatItCost() {
    assertEquals(ExitCode.DONE, run("", "generate", "The time is", "--max-tokens", "8"));
    assertTrue(text(out).length() > 1, text(out));
    assertTrue(text(err).contains("tokens read (0 from the cache)"), text(err));
    assertTrue(text(err).contains("8 generated") || text(err).contains("ended by stop"), text(err));
  }

  @Test
  void theSameFromStandardInputAndAsJson() throws IOException {
    run("", "generate", "The time is", "--max-tokens", "8");
    String printed = text(out).stripTrailing();
    assertEquals(
        ExitCode.DONE,
        run("The time is", "generate", "-", "--max-tokens", "8", "--json", "--logprobs", "3"));
    JsonNode result = new ObjectMapper().readTree(text(out));
    assertEquals(printed, result.get("text").asText().stripTrailing());
    assertEquals("exact", result.get("numericMode").asText());
    int tokens = result.get("usage").get("generatedTokens").asInt();
    assertEquals(tokens, result.get("tokens").size());
    JsonNode first = result.get("tokens").get(0);
    assertEquals(3, first.get("top").size());
    assertEquals(first.get("id"), first.get("top").get(0).get("id"), "greedy takes the likeliest");
    assertEquals(first.get("logprob"), first.get("top").get(0).get("logprob"));
  }

  @Test
  void keepsToASchema() throws IOException {
    Path schema =
        Files.writeString(
            directory.resolve("schema.json"),
            "{\"type\":\"object\",\"properties\":{\"city\":{\"enum\":[\"Lisbon\",\"Oslo\"]},"
                + "\"hour\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":23}},"
                + "\"required\":[\"city\",\"hour\"]}");
    for (String seed : List.of("1", "2", "3")) {
      assertEquals(
          ExitCode.DONE,
          run(
              "",
              "generate",
              "Lisbon:",
              "--schema",
              schema.toString(),
              "--temperature",
              "1.5",
              "--seed",
              seed));
      JsonNode made = new ObjectMapper().readTree(text(out));
      assertTrue(List.of("Lisbon", "Oslo").contains(made.get("city").asText()), text(out));
      assertTrue(made.get("hour").asInt() >= 0 && made.get("hour").asInt() < 24, text(out));
    }
  }

  @Test
  void endsBeforeAStopString() throws JsonProcessingException {
    run("", "generate", "The time is", "--max-tokens", "8");
    String whole = text(out).stripTrailing();
    String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);
    assertEquals(
        ExitCode.DONE,
        run("", "generate", "The time is", "--max-tokens", "8", "--stop", stop, "--json"));
    JsonNode result = new ObjectMapper().readTree(text(out));
    assertEquals("stop", result.get("finishReason").asText());
    assertEquals(whole.substring(0, whole.indexOf(stop)), result.get("text").asText());
  }

  @Test
  void showsLogits() throws JsonProcessingException {
    assertEquals(ExitCode.DONE, run("", "logits", "--tokens", "5,6,7", "--top", "3"));
    assertEquals(4, text(out).lines().count(), text(out));
    String best =
        text(out).lines().skip(1).findFirst().orElseThrow().substring(14, 22).strip(); // the id

    assertEquals(ExitCode.DONE, run("", "logits", "--tokens", "5,6,7", "--all", "--json"));
    List<JsonNode> rows = new ArrayList<>();
    for (String line : text(out).lines().toList()) {
      rows.add(new ObjectMapper().readTree(line));
    }
    assertEquals(3, rows.size());
    JsonNode last = rows.getLast().get("logits");
    int highest = 0;
    for (int i = 0; i < last.size(); i++) {
      highest = last.get(i).floatValue() > last.get(highest).floatValue() ? i : highest;
    }
    assertEquals(best, Integer.toString(highest));
    assertEquals(7, rows.getLast().get("token").asInt());
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertFails(ExitCode.USAGE, "prompt is empty", "generate", "");
    assertFails(ExitCode.USAGE, "topP", "generate", "x", "--top-p", "7");
    assertFails(ExitCode.USAGE, "stop string", "generate", "x", "--stop", "");
    assertFails(ExitCode.USAGE, "nope.json", "generate", "x", "--schema", "nope.json");
    Path schema = Files.writeString(directory.resolve("s.json"), "{\"type\": 5");
    assertFails(ExitCode.USAGE, "s.json", "generate", "x", "--schema", schema.toString());
    assertFails(ExitCode.USAGE, "999999", "logits", "--tokens", "999999");
    assertFails(ExitCode.USAGE, "-1", "logits", "--tokens", "1,-1");
    String tooLong = "word ".repeat(6_000);
    assertFails(ExitCode.RUN_STOPPED, "4096", "generate", tooLong);
  }

  private void assertFails(int exitCode, String part, String... args) {
    assertEquals(exitCode, run("", args), text(err));
    assertTrue(text(err).contains(part), text(err));
    assertTrue(text(err).lines().count() <= 2, text(err));
    assertEquals("", text(out));
  }

  private int run(String in, String... args) {
    out.reset();
    err.reset();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            print(out),
            print(err),
            false,
            false,
            false,
            false);
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--model", MODEL, "--data", directory.toString()));
    return Main.run(terminal, all.toArray(String[]::new));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
