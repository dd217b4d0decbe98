package dev.stellwerk.a2a;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stellwerk.a2a.protocol.A2aJson;
import dev.stellwerk.a2a.protocol.AgentCard;
import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The client against the server, over real HTTP on loopback.
final class A2aToolSourceTest {
  private static final Caller PEER = new Caller("peer");

  private final EchoAgent agent = new EchoAgent();
  private HttpServer http = bind();
  private URI address = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  private volatile String endpoint = address + "/a2a";

  @BeforeEach
  void serve() {
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext(AgentCard.PATH, exchange -> respond(exchange, server().card()));
    http.createContext(
        "/a2a",
        exchange -> {
          String version = exchange.getRequestHeaders().getFirst(A2aServer.VERSION_HEADER);
          try {
            respond(
                exchange,
                server()
                    .handle(
                        exchange.getRequestBody().readAllBytes(),
                        version == null ? "" : version,
                        PEER));
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        });
    http.start();
  }

  @AfterEach
  void stop() {
    http.stop(0);
  }

  @Test
  void aSkillIsAToolAndACallIsATask() throws Exception {
    try (A2aToolSource peer = open()) {
      assertEquals("a2a_b", peer.name());
      assertEquals(List.of("echo"), peer.list().stream().map(Tool.Spec::name).toList());
      Tool.Result result = peer.call(call("hello"), context(List.of(), 5_000));
      assertEquals(Tool.Result.Success.text("c1", "echo: hello"), result);
      assertEquals(List.of("cli"), agent.tasks.getFirst().ancestors());
    }
  }

  @Test
  void aFailedTaskIsAFailureWithThePeersWords() throws Exception {
    try (A2aToolSource peer = open()) {
      Tool.Result result = peer.call(call("fail"), context(List.of(), 5_000));
      assertEquals(
          new Tool.Result.Failure("c1", Tool.Reason.TOOL_ERROR, "it broke", false), result);
    }
  }

  @Test
  void aQuestionReachesTheModel() throws Exception {
    try (A2aToolSource peer = open()) {
      Tool.Result result = peer.call(call("ask"), context(List.of(), 5_000));
      assertTrue(
          assertInstanceOf(Tool.Result.Failure.class, result).message().contains("which one?"));
    }
  }

  @Test
  void aTaskPastItsDeadlineIsCancelled() throws Exception {
    try (A2aToolSource peer = open()) {
      Tool.Result result = peer.call(call("wait"), context(List.of(), 150));
      assertEquals(
          Tool.Reason.TIMEOUT, assertInstanceOf(Tool.Result.Failure.class, result).reason());
      awaitStatus(RunState.Status.CANCELLED);
    }
  }

  @Test
  void interruptingTheCallCancelsTheTask() throws Exception {
    try (A2aToolSource peer = open()) {
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () ->
                      assertThrows(
                          InterruptedException.class,
                          () -> peer.call(call("wait"), context(List.of(), 60_000))));
      awaitStatus(RunState.Status.WORKING);
      caller.interrupt();
      assertTrue(caller.join(Duration.ofSeconds(5)));
      awaitStatus(RunState.Status.CANCELLED);
    }
  }

  @Test
  void loopsAndDepthAreRefusedBeforeAnythingIsSent() throws Exception {
    try (A2aToolSource peer = open()) {
      for (List<String> ancestors : List.of(List.of(endpoint), List.of("a", "b", "c", "d"))) {
        Tool.Result result = peer.call(call("hello"), context(ancestors, 5_000));
        assertEquals(
            Tool.Reason.DENIED, assertInstanceOf(Tool.Result.Failure.class, result).reason());
      }
      assertEquals(List.of(), agent.tasks);
    }
  }

  @Test
  void aPeerThatIsGoneIsAFailure() throws Exception {
    try (A2aToolSource peer = open()) {
      http.stop(0);
      Tool.Result result = peer.call(call("hello"), context(List.of(), 5_000));
      assertEquals(
          Tool.Reason.UNAVAILABLE, assertInstanceOf(Tool.Result.Failure.class, result).reason());
    }
  }

  @Test
  void aCardThatPointsElsewhereIsRefused() {
    endpoint = "http://169.254.169.254/a2a";
    assertTrue(assertThrows(IOException.class, this::open).toString().contains("169.254.169.254"));
  }

  private A2aToolSource open() throws IOException, InterruptedException {
    return A2aToolSource.open("b", address, "cli", Clock.systemUTC());
  }

  private A2aServer server() {
    AgentProfile profile = A2aServerTest.PROFILE;
    return new A2aServer(
        new AgentProfile(profile.name(), profile.description(), "1.0", endpoint, profile.skills()),
        agent,
        Duration.ofSeconds(5));
  }

  private void awaitStatus(RunState.Status status) throws InterruptedException {
    Query all = new Query(Optional.empty(), Optional.empty(), "", 10);
    for (int i = 0; i < 200; i++) {
      if (agent.list(PEER, all).items().stream().anyMatch(run -> run.status() == status)) {
        return;
      }
      Thread.sleep(10);
    }
    throw new AssertionError("no run became " + status);
  }

  private static Tool.Call call(String message) {
    return new Tool.Call("c1", "echo", A2aJson.MAPPER.createObjectNode().put("message", message));
  }

  private static CallContext context(List<String> ancestors, long millis) {
    return new CallContext(
        new RunId("r"), Caller.LOCAL, Instant.now().plusMillis(millis), "key-1", ancestors);
  }

  private static HttpServer bind() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void respond(HttpExchange exchange, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
