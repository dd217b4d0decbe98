package dev.stellwerk.runtime.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.a2a.A2aServer;
import dev.stellwerk.a2a.AgentProfile;
import dev.stellwerk.a2a.protocol.AgentCard;
import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.runtime.agent.Bench;
import dev.stellwerk.runtime.agent.JournalAgentPort;
import dev.stellwerk.runtime.agent.RunDefaults;
import dev.stellwerk.runtime.agent.RunRegistry;
import dev.stellwerk.runtime.agent.ScriptedChatModel;
import dev.stellwerk.runtime.agent.ScriptedToolbox;
import dev.stellwerk.runtime.chat.Turn;
import dev.stellwerk.runtime.chat.TurnEvent;
import dev.stellwerk.runtime.config.ConfigFiles;
import dev.stellwerk.runtime.config.StellwerkConfig;
import dev.stellwerk.runtime.config.ToolSetup;
import io.micrometer.core.instrument.Metrics;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The HTTP edge over a scripted agent. The model answers "wait" late, and anything else at once.
@QuarkusTest
final class RunsResourceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir static Path directory;
  static Bench bench;

  @SuppressWarnings("NullAway.Init") // Quarkus sets it
  @TestHTTPResource
  URI root;

  @BeforeAll
  static void serve() {
    bench =
        new Bench(
            directory,
            new ScriptedChatModel(RunsResourceTest::answer),
            new ScriptedToolbox(),
            new RunRegistry.Bounds(1, 0, Duration.ofSeconds(3)),
            new ServiceMetrics(Metrics.globalRegistry));
    RunDefaults defaults = new RunDefaults("", Sampling.GREEDY, Bench.LIMITS);
    AgentProfile profile =
        new AgentProfile(
            "Test",
            "A test.",
            "1",
            "http://127.0.0.1/a2a",
            List.of(new AgentCard.Skill("echo", "Echo", "Says it again.", List.of(), List.of())));
    Served.install(
        new Served(
            bench.service,
            defaults,
            new A2aServer(
                profile,
                new JournalAgentPort(bench.service, defaults, InstantSource.system()),
                Duration.ofSeconds(20)),
            "scripted",
            List.of("agent.example"),
            1_000));
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  @Test
  void aRunIsStartedFollowedAndResumed() throws Exception {
    HttpResponse<String> started = post("/v1/runs", "{\"request\": \"Hi\"}");
    assertEquals(202, started.statusCode(), started.body());
    String id = JSON.readTree(started.body()).path("id").asText();
    assertEquals("/v1/runs/" + id, path(started));

    String all = get("/v1/runs/" + id + "/events").body();
    assertTrue(all.contains("id:1\n"), all);
    assertTrue(all.contains("event:completed"), all);
    String rest = get("/v1/runs/" + id + "/events", "Last-Event-ID", "2").body();
    assertFalse(rest.contains("event:textDelta\nid:2\n") || rest.contains("id:2\n"), rest);
    assertTrue(rest.contains("event:completed"), rest);

    JsonNode state = JSON.readTree(get("/v1/runs/" + id).body());
    assertEquals("completed", state.path("status").asText());
    assertEquals("You said Hi.", state.path("text").asText());
    assertEquals("exact", state.path("numericMode").asText());
    assertTrue(all.contains("\"numericMode\":\"exact\""), all);
    JsonNode list = JSON.readTree(get("/v1/runs?status=completed&pageSize=100").body());
    assertTrue(list.path("runs").findValuesAsText("id").contains(id), list.toString());
  }

  @Test
  void aRunStreamsWhenItIsAskedTo() throws Exception {
    HttpResponse<String> stream =
        CLIENT.send(
            request("/v1/runs")
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString("{\"request\": \"Hi\"}"))
                .build(),
            BodyHandlers.ofString());
    assertEquals(200, stream.statusCode());
    assertTrue(stream.body().contains("\"type\":\"started\""), stream.body());
    assertTrue(stream.body().strip().endsWith("}"), stream.body());
    assertTrue(stream.body().contains("\"text\":\"You said Hi.\""), stream.body());
  }

  @Test
  void theSameKeyIsTheSameRun() throws Exception {
    HttpRequest request =
        request("/v1/runs")
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "k-1")
            .POST(BodyPublishers.ofString("{\"request\": \"Hi\"}"))
            .build();
    String first = CLIENT.send(request, BodyHandlers.ofString()).body();
    String second = CLIENT.send(request, BodyHandlers.ofString()).body();
    assertEquals(JSON.readTree(first).path("id"), JSON.readTree(second).path("id"));
  }

  @Test
  void aFullServiceSaysWhenToComeBackAndACancelledRunMakesRoom() throws Exception {
    HttpResponse<String> waiting = post("/v1/runs", "{\"request\": \"wait\"}");
    String id = JSON.readTree(waiting.body()).path("id").asText();
    HttpResponse<String> refused = post("/v1/runs", "{\"request\": \"Hi\"}");
    assertError(429, "overloaded", refused);
    assertEquals("3", refused.headers().firstValue("Retry-After").orElse(""));
    assertEquals(503, get("/q/health/ready").statusCode());

    assertEquals(202, post("/v1/runs/" + id + "/cancel", "").statusCode());
    assertTrue(get("/v1/runs/" + id + "/events").body().contains("\"reason\":\"CANCELLED\""));
    assertEquals("cancelled", JSON.readTree(get("/v1/runs/" + id).body()).path("status").asText());
  }

  @Test
  void badRequestsAreRefusedInOneForm() throws Exception {
    assertError(400, "invalid_request", post("/v1/runs", "{"));
    assertError(400, "invalid_request", post("/v1/runs", "[]"));
    assertError(400, "invalid_request", post("/v1/runs", "{\"request\": \"\"}"));
    assertError(400, "invalid_request", post("/v1/runs", "{\"request\": 7}"));
    assertError(400, "invalid_request", post("/v1/runs", "{\"reqest\": \"x\"}"));
    assertError(
        400, "invalid_request", post("/v1/runs", "{\"request\": \"" + "x".repeat(1_001) + "\"}"));
    assertError(404, "not_found", get("/v1/runs/none"));
    assertError(404, "not_found", get("/v1/runs/none/events"));
    assertError(404, "not_found", post("/v1/runs/none/cancel", ""));
    assertError(400, "invalid_request", get("/v1/runs?pageSize=0"));
    assertError(400, "invalid_request", get("/v1/runs?status=odd"));
    HttpRequest huge =
        HttpRequest.newBuilder(root.resolve("/v1/runs"))
            .version(
                HttpClient.Version
                    .HTTP_1_1) // over HTTP/2 Vert.x sends a header that is not allowed
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("x".repeat(2 << 20)))
            .build();
    assertEquals(413, CLIENT.send(huge, BodyHandlers.ofString()).statusCode());
  }

  @Test
  void webPagesFromElsewhereAreKeptOut() throws Exception {
    assertError(403, "forbidden", get("/v1/runs", "Origin", "http://evil.example"));
    assertEquals(200, get("/v1/runs", "Origin", "http://localhost:3000").statusCode());
    assertTrue(rawGet("evil.example").startsWith("HTTP/1.1 403"));
    assertTrue(rawGet("evil.example:8080").startsWith("HTTP/1.1 403"));
    assertTrue(rawGet("localhost").startsWith("HTTP/1.1 200"));
    assertTrue(rawGet("agent.example:80").startsWith("HTTP/1.1 200"));
  }

  @Test
  void showsHealthMetricsAndTheAgentCard() throws Exception {
    get("/v1/runs/" + run() + "/events");
    HttpResponse<String> ready = get("/q/health/ready");
    assertTrue(ready.body().contains("scripted"), ready.body());
    String metrics = get("/q/metrics").body();
    assertTrue(metrics.contains("stellwerk_runs_total{outcome=\"completed\""), metrics);
    assertTrue(metrics.contains("stellwerk_tokens_total{kind=\"generated\""), metrics);
    HttpResponse<String> card = get("/.well-known/agent-card.json");
    assertEquals("Test", JSON.readTree(card.body()).path("name").asText());
    assertEquals("max-age=300", card.headers().firstValue("Cache-Control").orElse(""));
  }

  @Test
  void answersOverA2a() throws Exception {
    String message =
        """
        {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message":
          {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"text": "Hi"}]}}}""";
    HttpResponse<String> answer =
        CLIENT.send(
            request("/a2a")
                .header("Content-Type", "application/json")
                .header("A2A-Version", "1.0")
                .POST(BodyPublishers.ofString(message))
                .build(),
            BodyHandlers.ofString());
    assertTrue(answer.body().contains("TASK_STATE_COMPLETED"), answer.body());
    assertTrue(answer.body().contains("You said Hi."), answer.body());
  }

  @Test
  void itsSkillsAreAnotherAgentsToolsUnderThePeersName() throws Exception {
    StellwerkConfig config =
        ConfigFiles.load(
            Optional.empty(),
            Map.of(),
            Map.of(
                "stellwerk.a2a.peers.\"other\"",
                root.toString(),
                "stellwerk.data.directory",
                directory.toString()));
    try (ToolSetup tools = ToolSetup.open(config)) {
      assertTrue(
          tools.catalog().snapshot().find("a2a_other_echo").isPresent(),
          tools.catalog().snapshot().specs().toString());
    }
  }

  private static Turn answer(List<ChatMessage> added, Consumer<TurnEvent> events)
      throws InterruptedException {
    String request = ((ChatMessage.User) added.getLast()).text();
    if (request.equals("wait")) {
      Thread.sleep(60_000);
    }
    String text = "You said " + request + ".";
    events.accept(new TurnEvent.Text(text));
    return new Turn(text, List.of(), true, new Turn.Usage(3, 4, 0, 5, 6));
  }

  private String run() throws Exception {
    return JSON.readTree(post("/v1/runs", "{\"request\": \"Hi\"}").body()).path("id").asText();
  }

  private static void assertError(int status, String code, HttpResponse<String> response)
      throws IOException {
    assertEquals(status, response.statusCode(), response.body());
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertEquals(code, error.path("code").asText(), response.body());
    assertFalse(error.path("message").asText().isEmpty(), response.body());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return CLIENT.send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = request(path).GET();
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(root.resolve(path)).timeout(Duration.ofSeconds(30));
  }

  private static String path(HttpResponse<?> response) {
    return URI.create(response.headers().firstValue("Location").orElse("")).getPath();
  }

  /// A request whose `Host` the JDK's client would not let us choose.
  private String rawGet(String host) throws IOException {
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      String request = "GET /v1/runs HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
