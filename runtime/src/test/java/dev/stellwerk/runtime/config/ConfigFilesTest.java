package dev.stellwerk.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFilesTest {
  @TempDir Path directory;

  /// Every default, so that none changes unnoticed; docs/guides/configuration.md says the same.
  @Test
  void defaults() {
    StellwerkConfig config = load("", Map.of(), Map.of());
    assertEquals(Optional.empty(), config.model().file());
    assertEquals("auto", config.model().backend());
    assertEquals("exact", config.model().numericMode());
    assertEquals(0, config.model().threads());
    assertEquals(0f, config.model().temperature());
    assertEquals(0L, config.model().seed());
    assertEquals(32, config.model().sessionsMax());
    assertEquals(16, config.model().runningMax());
    assertEquals(64, config.model().waitingMax());
    assertEquals(536_870_912L, config.model().kvBytesMax());
    assertEquals(20_000L, config.model().pinMillisMax());
    assertEquals(Optional.empty(), config.run().instructions());
    assertEquals(12, config.run().turnsMax());
    assertEquals(24, config.run().toolCallsMax());
    assertEquals(32_768, config.run().tokensMax());
    assertEquals(1_024, config.run().turnTokensMax());
    assertEquals(300_000L, config.run().wallMillisMax());
    assertEquals(60_000L, config.run().callMillisMax());
    assertEquals(4_000, config.run().resultCharsMax());
    assertEquals(3, config.run().repeatedCallsMax());
    assertEquals(8, config.run().toolsOfferedMax());
    assertEquals(4, config.runs().runningMax());
    assertEquals(16, config.runs().waitingMax());
    assertEquals(2_000L, config.runs().retryAfterMillis());
    assertEquals(10_000, config.runs().keptMax());
    assertEquals(Path.of("."), config.tools().root());
    assertEquals(Optional.empty(), config.tools().only());
    assertEquals(List.of("builtin:*"), config.tools().allow());
    assertEquals(Optional.empty(), config.tools().ask());
    assertEquals(Optional.empty(), config.tools().deny());
    assertEquals("ask", config.tools().destructive());
    assertEquals("allow", config.tools().openWorld());
    assertEquals(Optional.empty(), config.mcp().files());
    assertEquals(Map.of(), config.a2a().peers());
    assertEquals("https://huggingface.co", config.hub().url());
    assertEquals("HF_TOKEN", config.hub().tokenVariable());
    assertEquals(20_000, config.hub().connectMillisMax());
    assertEquals(60_000, config.hub().readMillisMax());
    assertEquals(5, config.hub().attemptsMax());
    assertEquals(Optional.empty(), config.data().directory());
    assertEquals("127.0.0.1", config.http().host());
    assertEquals(8080, config.http().port());
    assertEquals(Optional.empty(), config.http().allowedHosts());
    assertEquals(32_768, config.http().requestCharsMax());
  }

  @Test
  void flagsWinOverTheEnvironmentAndThatOverTheFile() {
    String file =
        """
        stellwerk:
          run: {turns-max: 1, tool-calls-max: 1, tokens-max: 1}
          a2a: {peers: {workshop: "http://localhost:8081"}}
          tools: {deny: ["*:delete_*", "shell:*"]}
        """;
    StellwerkConfig config =
        load(
            file,
            Map.of("STELLWERK_RUN_TURNS_MAX", "2", "STELLWERK_RUN_TOOL_CALLS_MAX", "2"),
            Map.of("stellwerk.run.turns-max", "3"));
    assertEquals(3, config.run().turnsMax());
    assertEquals(2, config.run().toolCallsMax());
    assertEquals(1, config.run().tokensMax());
    assertEquals(Map.of("workshop", "http://localhost:8081"), config.a2a().peers());
    assertEquals(Optional.of(List.of("*:delete_*", "shell:*")), config.tools().deny());
  }

  @Test
  void commaInAFlagsListStaysInItsItem() {
    StellwerkConfig config = load("", Map.of(), Map.of("stellwerk.mcp.files", "a\\,b.json,c.json"));
    assertEquals(
        Optional.of(List.of(Path.of("a,b.json"), Path.of("c.json"))), config.mcp().files());
  }

  @Test
  void saysWhatIsWrong() {
    assertFails("run", "stellwerk: {run: {turns-max: many}}");
    assertFails("turns-maximum", "stellwerk: {run: {turns-maximum: 3}}");
    assertFails("cannot be read", "stellwerk: {run: [");
    var missing =
        assertThrows(
            ConfigException.class,
            () ->
                ConfigFiles.load(Optional.of(directory.resolve("none.yaml")), Map.of(), Map.of()));
    assertTrue(String.valueOf(missing.getMessage()).contains("none.yaml"));
  }

  private void assertFails(String part, String file) {
    var failed = assertThrows(ConfigException.class, () -> load(file, Map.of(), Map.of()));
    assertTrue(
        String.valueOf(failed.getMessage()).contains(part), String.valueOf(failed.getMessage()));
    assertEquals(
        1,
        String.valueOf(failed.getMessage()).lines().count(),
        String.valueOf(failed.getMessage()));
  }

  private StellwerkConfig load(
      String yaml, Map<String, String> environment, Map<String, String> flags) {
    Path file = directory.resolve("stellwerk.yaml");
    try {
      Files.writeString(file, yaml);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return ConfigFiles.load(Optional.of(file), environment, flags);
  }
}
