package dev.stellwerk.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The benchmark of the embedded model, as a user calls it.
final class BenchTest {
  @TempDir Path temp;

  @Test
  void saysHowFastTheModelIs() {
    Product.Outcome outcome =
        new Product(temp)
            .run("model", "bench", "--prompt=64", "--generate=32", "--repetitions=2", "--json");
    assertEquals(0, outcome.exitCode(), outcome::err);
    JsonNode figures = outcome.lastLine();
    assertEquals("exact", figures.path("numericMode").asText(), outcome::out);
    assertEquals(64, figures.path("prompt").asInt());
    assertEquals(32, figures.path("generate").asInt());
    assertTrue(figures.path("promptTokensPerSecond").asDouble() > 0);
    assertTrue(figures.path("decodeTokensPerSecond").asDouble() > 0);
    assertTrue(figures.path("loadSeconds").asDouble() > 0);
    assertEquals(0, figures.path("decodeCollections").asInt(), outcome::out);
  }
}
