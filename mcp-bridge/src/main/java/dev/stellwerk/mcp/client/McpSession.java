package dev.stellwerk.mcp.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// An initialised JSON-RPC session with one server, over one wire, until either ends.
///
/// Blocking: a call waits for its own answer only. Whatever ends the wire ends every waiting call
/// at once; a call that is given up, by its deadline or by interruption, tells the server so.
final class McpSession implements AutoCloseable, Wire.Receiver {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int METHOD_NOT_FOUND = -32601;
  private static final List<String> REVISIONS =
      List.of(
          ProtocolVersions.MCP_2024_11_05,
          ProtocolVersions.MCP_2025_03_26,
          ProtocolVersions.MCP_2025_06_18,
          ProtocolVersions.MCP_2025_11_25);

  private final Wire wire;
  private final McpLimits limits;
  private final Runnable toolsChanged;
  private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private final AtomicInteger notices = new AtomicInteger();
  private volatile @Nullable String closedBecause;
  private volatile JsonNode serverCapabilities = NODES.objectNode();

  private McpSession(Wire wire, McpLimits limits, Runnable toolsChanged) {
    this.wire = wire;
    this.limits = limits;
    this.toolsChanged = toolsChanged;
  }

  /// Connects and initialises; closes the wire again when that fails.
  static McpSession open(Wire wire, McpLimits limits, Duration timeout, Runnable toolsChanged)
      throws McpException, InterruptedException {
    McpSession session = new McpSession(wire, limits, toolsChanged);
    boolean opened = false;
    try {
      wire.start(session);
      session.initialise(timeout);
      opened = true;
      return session;
    } finally {
      if (!opened) {
        session.close();
      }
    }
  }

  boolean alive() {
    return closedBecause == null;
  }

  boolean offersTools() {
    return serverCapabilities.has("tools");
  }

  /// Sends a request and waits for its result.
  JsonNode request(String method, ObjectNode params, Duration timeout)
      throws McpException, InterruptedException {
    if (waiting.size() >= limits.inFlightMax()) {
      throw new McpException(
          McpException.Kind.NOT_SENT, limits.inFlightMax() + " calls already wait for it");
    }
    long id = lastId.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    try {
      String closed = closedBecause;
      if (closed != null) {
        throw new McpException(McpException.Kind.NOT_SENT, closed);
      }
      ObjectNode message = message(method, params);
      message.put("id", id);
      wire.send(message);
      return answer.get(Math.max(timeout.toNanos(), 0), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      giveUp(id, method, "deadline exceeded");
      throw new McpException(McpException.Kind.TIMEOUT, "no answer in time");
    } catch (InterruptedException e) {
      giveUp(id, method, "cancelled");
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof McpException reason) {
        throw reason;
      }
      throw new IllegalStateException(e);
    } finally {
      waiting.remove(id);
    }
  }

  @Override
  public void close() {
    closed("the session is closed");
    wire.close();
  }

  @Override
  public void received(JsonNode message) {
    JsonNode id = message.get("id");
    if (message.has("method")) {
      noticed();
      if (id == null) {
        if (message.path("method").asText().equals("notifications/tools/list_changed")) {
          toolsChanged.run();
        }
      } else {
        answer(message.path("method").asText(), id);
      }
      return;
    }
    CompletableFuture<JsonNode> call =
        id != null && id.isIntegralNumber() ? waiting.get(id.asLong()) : null;
    if (call == null) {
      noticed(); // the answer to a call that was given up, or to none
      return;
    }
    notices.set(0);
    JsonNode error = message.get("error");
    JsonNode result = message.get("result");
    if (error != null && !error.isNull()) {
      String text = UntrustedText.clean(error.path("message").asText("no message"), 2_000);
      call.completeExceptionally(
          new McpException(McpException.Kind.REFUSED, text, error.path("code").asInt()));
    } else if (result != null && result.isObject()) {
      call.complete(result);
    } else {
      call.completeExceptionally(
          new McpException(McpException.Kind.UNUSABLE, "its answer holds no result"));
    }
  }

  @Override
  public void undelivered(JsonNode message, McpException reason) {
    CompletableFuture<JsonNode> call = waiting.get(message.path("id").asLong(-1));
    if (call != null && message.has("method")) {
      call.completeExceptionally(reason);
    }
  }

  /// Nobody can tell whose answer was skipped, unless only one is awaited.
  @Override
  public void oversized() {
    McpException reason =
        new McpException(
            McpException.Kind.UNUSABLE,
            "the answer is larger than " + limits.messageBytesMax() + " bytes");
    List<CompletableFuture<JsonNode>> calls = List.copyOf(waiting.values());
    calls.forEach(call -> call.completeExceptionally(reason));
    if (calls.size() > 1) {
      closed("it sent more than " + limits.messageBytesMax() + " bytes in one message");
      Thread.startVirtualThread(wire::close);
    }
  }

  @Override
  public void closed(String reason) {
    synchronized (this) {
      if (closedBecause != null) {
        return;
      }
      closedBecause = reason;
    }
    waiting
        .values()
        .forEach(
            call -> call.completeExceptionally(new McpException(McpException.Kind.LOST, reason)));
  }

  private void initialise(Duration timeout) throws McpException, InterruptedException {
    ObjectNode params = NODES.objectNode();
    params.put("protocolVersion", ProtocolVersions.MCP_2025_11_25);
    params.putObject("capabilities");
    ObjectNode info = params.putObject("clientInfo");
    info.put("name", "stellwerk");
    info.put("title", "Stellwerk");
    String version = McpSession.class.getPackage().getImplementationVersion();
    info.put("version", version == null ? "development" : version);
    JsonNode result = request("initialize", params, timeout);
    String revision = result.path("protocolVersion").asText();
    if (!REVISIONS.contains(revision)) {
      throw new McpException(
          McpException.Kind.UNUSABLE,
          "it speaks MCP revision '%s'; known are %s"
              .formatted(UntrustedText.line(revision, 40), REVISIONS));
    }
    serverCapabilities = result.path("capabilities");
    wire.negotiated(revision);
    wire.send(message("notifications/initialized", null));
  }

  /// `initialize` must not be cancelled; its failure ends the session anyway.
  private void giveUp(long id, String method, String reason) {
    wire.givenUp(id);
    if (method.equals("initialize") || !alive()) {
      return;
    }
    ObjectNode params = NODES.objectNode();
    params.put("requestId", id);
    params.put("reason", reason);
    try {
      wire.send(message("notifications/cancelled", params));
    } catch (McpException e) {
      // A courtesy to a server that can no longer be reached.
      log("cannot tell the server that a call is given up: " + e.text());
    }
  }

  private void answer(String method, JsonNode id) {
    ObjectNode reply = NODES.objectNode();
    reply.put("jsonrpc", "2.0");
    reply.set("id", id);
    if (method.equals("ping")) {
      reply.putObject("result");
    } else {
      ObjectNode error = reply.putObject("error");
      error.put("code", METHOD_NOT_FOUND);
      error.put("message", "this client does not offer that method");
    }
    try {
      wire.send(reply);
    } catch (McpException e) {
      log("cannot answer the server's request: " + e.text());
    }
  }

  private void noticed() {
    if (notices.incrementAndGet() == limits.noticesMax()) {
      closed("it sent " + limits.noticesMax() + " messages in a row that answer nothing");
      Thread.startVirtualThread(wire::close);
    }
  }

  private static ObjectNode message(String method, @Nullable ObjectNode params) {
    ObjectNode message = NODES.objectNode();
    message.put("jsonrpc", "2.0");
    message.put("method", method);
    if (params != null) {
      message.set("params", params);
    }
    return message;
  }

  private static void log(String text) {
    System.getLogger(McpSession.class.getName()).log(System.Logger.Level.DEBUG, text);
  }
}
