package dev.stellwerk.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
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
                      "Ask helper to remember that the door is open"));
      assertTrue(run.completed(), run::toString);
      assertTrue(
          run.calls().getFirst().path("tool").asText().startsWith("a2a_helper_"), run::toString);
      assertTrue(run.outcomes().getFirst().path("succeeded").asBoolean(), run::toString);
      assertTrue(run.text().contains("the door is open"), run::toString);
      assertTrue(notesOf(b).contains("the door is open"), "B's tool left nothing: " + notesOf(b));
    } finally {
      server.destroy();
      server.waitFor();
    }
  }

  /// What B's own tool left behind.
  private static String notesOf(Path b) throws IOException {
    StringBuilder notes = new StringBuilder();
    try (Stream<Path> files = Files.walk(b.resolve("data"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jsonl")).toList()) {
        notes.append(Files.readString(file));
      }
    }
    return notes.toString();
  }

  private static void awaitReady(HttpClient http, String base) throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      try {
        JsonNode health = JSON.readTree(get(http, base + "/q/health/ready"));
        if (health.path("status").asText().equals("UP")) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet.
      }
      Thread.sleep(200);
    }
    throw new AssertionError("the server did not become ready");
  }

  private static String get(HttpClient http, String uri) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString())
        .body();
  }
}
