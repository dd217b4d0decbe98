package dev.stellwerk.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two processes: A's model delegates to B over A2A, B runs a real tool, A answers with the result.
final class DelegationTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;

  @Test
  void aDelegatesToBWhichRunsATool() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Path b = Files.createDirectory(temp.resolve("b"));
    Path a = Files.createDirectory(temp.resolve("a"));
    Process server =
        new Product(b)
            .start(
                "--data", b.resolve("data").toString(), "serve", "--port", Integer.toString(port));
    try (HttpClient http = HttpClient.newHttpClient()) {
      String base = "http://127.0.0.1:" + port;
      awaitReady(http, base);
      Run run =
          new Run(
              new Product(a)
                  .run(
                      "--data",
                      a.resolve("data").toString(),
                      "run",
                      "--json",
                      "--peer",
                      "helper=" + base,
                      "--tools",
                      "a2a_helper:*",
                      "Ask helper: What is 17 * 23?"));
      assertTrue(run.completed(), run::toString);
      assertTrue(
          run.calls().getFirst().path("tool").asText().startsWith("a2a_helper_"), run::toString);
      assertTrue(run.outcomes().getFirst().path("succeeded").asBoolean(), run::toString);
      assertTrue(run.text().contains("391"), run::toString);
      assertEquals("calculate", toolOfOnlyRun(http, base), "the tool that B called");
    } finally {
      server.destroy();
      server.waitFor();
    }
  }

  /// What B's own journal says of the run that A caused.
  private static String toolOfOnlyRun(HttpClient http, String base) throws Exception {
    String metrics = get(http, base + "/q/metrics");
    return metrics.contains("calculate") ? "calculate" : metrics;
  }

  private static void awaitReady(HttpClient http, String base) throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      try {
        JsonNode health = JSON.readTree(get(http, base + "/q/health/ready"));
        if (health.path("status").asText().equals("UP")) {
          return;
        }
      } catch (java.io.IOException e) {
        // Not listening yet.
      }
      Thread.sleep(200);
    }
    throw new AssertionError("the server did not become ready");
  }

  private static String get(HttpClient http, String uri)
      throws java.io.IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString())
        .body();
  }
}
