package dev.stellwerk.mcp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A small Streamable HTTP server whose tools are the faults that a client must survive.
final class HttpPeer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final List<String> received = new CopyOnWriteArrayList<>();
  final List<String> revisions = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile String session = "";
  private volatile String unanswered = "";
  private volatile boolean closed;

  /// Whether it opens a stream of its own, on which it says that its tools changed.
  volatile boolean speaks;

  HttpPeer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/mcp", this::handle);
    server.createContext("/locked", exchange -> respond(exchange, 401, "{}"));
    server.setExecutor(threads);
    server.start();
  }

  McpServer.Http configuration(String path) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    return new McpServer.Http("http", true, url, Map.of("X-Key", "k"));
  }

  /// Forgets the session, as a restart does.
  void forget() {
    session = "";
  }

  @Override
  public void close() {
    stop();
  }

  /// Goes away, breaking the connections that are open.
  void stop() {
    closed = true;
    server.stop(0);
    ended.countDown(); // last: a handler that returns would end its stream properly
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!"k".equals(exchange.getRequestHeaders().getFirst("X-Key"))) {
        respond(exchange, 403, "{}");
      } else if ("e1".equals(exchange.getRequestHeaders().getFirst("Last-Event-ID"))) {
        events(exchange, "id: e2\ndata: " + unanswered + "\n\n");
      } else if (exchange.getRequestMethod().equals("GET") && speaks) {
        events(
            exchange,
            ": hello\n\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"method\":\"notifications/tools/list_changed\"}\n\n");
      } else if (!exchange.getRequestMethod().equals("POST")) {
        respond(exchange, 405, "");
      } else {
        post(exchange);
      }
    }
  }

  private void post(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    JsonNode message = JSON.readTree(body);
    received.add(body);
    revisions.add(String.valueOf(exchange.getRequestHeaders().getFirst("MCP-Protocol-Version")));
    String method = message.path("method").asText();
    String sent = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
    if (method.equals("initialize")) {
      session = UUID.randomUUID().toString();
      exchange.getResponseHeaders().add("Mcp-Session-Id", session);
    } else if (!session.equals(sent)) {
      respond(exchange, 404, "{}");
      return;
    }
    if (!message.has("id")) {
      respond(exchange, 202, "");
      return;
    }
    String answer = "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%%s}".formatted(message.get("id"));
    switch (method) {
      case "initialize" -> respond(exchange, 200, answer.formatted(INITIALIZED));
      case "tools/list" -> respond(exchange, 200, answer.formatted(TOOLS));
      case "ping" -> respond(exchange, 200, answer.formatted("{}"));
      default -> tool(exchange, message.path("params").path("name").asText(), answer);
    }
  }

  private static final String INITIALIZED =
      "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
          + "\"serverInfo\":{\"name\":\"fake\",\"version\":\"1\"}}";

  private static final String TOOLS =
      "{\"tools\":["
          + String.join(
              ",",
              List.of("echo", "cut", "resumed", "hang", "break", "started", "html", "error", "big")
                  .stream()
                  .map(n -> "{\"name\":\"" + n + "\",\"inputSchema\":{\"type\":\"object\"}}")
                  .toList())
          + "]}";

  private void tool(HttpExchange exchange, String tool, String answer) throws IOException {
    String text = "{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}";
    switch (tool) {
      case "echo" -> respond(exchange, 200, answer.formatted(text.formatted("hello")));
      case "big" -> respond(exchange, 200, answer.formatted(text.formatted("x".repeat(300_000))));
      case "error" -> respond(exchange, 500, "{}");
      case "html" -> {
        exchange.getResponseHeaders().add("Content-Type", "text/html");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write("<html>".getBytes(UTF_8));
      }
      case "cut" -> events(exchange, ": nothing comes\n\n");
      case "resumed" -> {
        unanswered = answer.formatted(text.formatted("late"));
        events(exchange, "id: e1\nretry: 10\ndata:\n\n");
      }
      case "hang" -> await();
      case "break", "started" -> {
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        if (tool.equals("started")) {
          String progress =
              "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}\n\n";
          exchange.getResponseBody().write(progress.getBytes(UTF_8));
        }
        exchange.getResponseBody().flush();
        await();
      }
      default -> respond(exchange, 200, answer.formatted("{\"isError\":true}"));
    }
  }

  private static void events(HttpExchange exchange, String events) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write(events.getBytes(UTF_8));
  }

  private void await() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void respond(HttpExchange exchange, int status, String body) throws IOException {
    if (closed) {
      return;
    }
    byte[] bytes = body.getBytes(UTF_8);
    if (bytes.length > 0) {
      exchange.getResponseHeaders().add("Content-Type", "application/json");
    }
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
