package dev.stellwerk.mcp.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stellwerk.mcp.wire.BoundedLines;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import io.modelcontextprotocol.spec.McpServerTransportProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// The SDK's server over one pair of streams, with what the SDK leaves out: bounds on lines and on
/// open requests, and `notifications/cancelled`.
///
/// A tool's handler finds the id of its request in the transport context under [#REQUEST_ID].
final class StdioConnection implements McpServerTransportProvider, McpServerTransport {
  static final String REQUEST_ID = "requestId";

  private static final System.Logger LOG = System.getLogger(StdioConnection.class.getName());
  private static final String CANCELLED = "notifications/cancelled";
  private static final int SERVER_BUSY = -32000;

  private final McpJsonMapper json;
  private final OutputStream out;
  private final McpServerLimits limits;
  private final Consumer<Object> cancelled;

  /// Requests by id that are not answered yet; whether the client has given them up.
  private final Map<Object, Boolean> open = new ConcurrentHashMap<>();

  private final ReentrantLock writing = new ReentrantLock();
  private volatile @Nullable McpServerSession session;
  private volatile boolean broken;

  /// @param cancelled hears the id of each request that the client gives up
  StdioConnection(
      McpJsonMapper json, OutputStream out, McpServerLimits limits, Consumer<Object> cancelled) {
    this.json = json;
    this.out = out;
    this.limits = limits;
    this.cancelled = cancelled;
  }

  /// Reads until the client closes its end, or sends nothing but rubbish.
  void serve(InputStream in) throws IOException {
    BoundedLines lines = new BoundedLines(in, limits.messageBytesMax());
    int junkLines = 0;
    while (!broken && junkLines <= limits.junkLinesMax()) {
      switch (lines.next()) {
        case END -> {
          return;
        }
        case OVERSIZED -> {
          junkLines++;
          refuse(
              McpSchema.ErrorCodes.INVALID_REQUEST,
              "the message is larger than " + limits.messageBytesMax() + " bytes");
        }
        case LINE -> {
          String line = new String(lines.bytes(), UTF_8);
          if (!line.isBlank()) {
            junkLines = received(line) ? 0 : junkLines + 1;
          }
        }
      }
    }
  }

  @Override
  public void setSessionFactory(McpServerSession.Factory factory) {
    session = factory.create(this);
  }

  @Override
  public Mono<Void> notifyClients(String method, Object params) {
    return sendMessage(new McpSchema.JSONRPCNotification(method, params));
  }

  @Override
  public Mono<Void> sendMessage(McpSchema.JSONRPCMessage message) {
    return Mono.fromRunnable(
        () -> {
          if (message instanceof McpSchema.JSONRPCResponse response
              && Boolean.TRUE.equals(open.remove(response.id()))) {
            return; // the client has given the request up and expects no answer
          }
          write(message);
        });
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return json.convertValue(data, type);
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.empty();
  }

  @Override
  public void close() {}

  /// Both halves of the SDK's interface have a default for this.
  @Override
  public List<String> protocolVersions() {
    return McpServerTransportProvider.super.protocolVersions();
  }

  /// Whether the line was a message.
  private boolean received(String line) {
    McpSchema.JSONRPCMessage message;
    try {
      message = McpSchema.deserializeJsonRpcMessage(json, line);
    } catch (JsonProcessingException e) {
      refuse(McpSchema.ErrorCodes.PARSE_ERROR, "not JSON");
      return false;
    } catch (IOException | IllegalArgumentException e) {
      refuse(McpSchema.ErrorCodes.INVALID_REQUEST, "not a JSON-RPC 2.0 message");
      return false;
    }
    switch (message) {
      case McpSchema.JSONRPCRequest request -> requested(request);
      case McpSchema.JSONRPCNotification notice when notice.method().equals(CANCELLED) ->
          givenUp(notice.params());
      default -> dispatch(message, McpTransportContext.EMPTY);
    }
    return true;
  }

  private void requested(McpSchema.JSONRPCRequest request) {
    if (open.size() >= limits.openRequestsMax()) {
      write(error(request.id(), SERVER_BUSY, open.size() + " requests are already open"));
    } else if (open.putIfAbsent(request.id(), false) != null) {
      write(
          error(
              request.id(), McpSchema.ErrorCodes.INVALID_REQUEST, "a request has this id already"));
    } else {
      dispatch(request, McpTransportContext.create(Map.of(REQUEST_ID, request.id())));
    }
  }

  private void givenUp(@Nullable Object params) {
    Object id = params instanceof Map<?, ?> map ? map.get("requestId") : null;
    if (id != null && open.replace(id, true) != null) {
      cancelled.accept(id);
    }
  }

  private void dispatch(McpSchema.JSONRPCMessage message, McpTransportContext context) {
    McpServerSession current = session;
    if (current == null) {
      throw new IllegalStateException("no session yet");
    }
    current
        .handle(message)
        .contextWrite(reactor -> reactor.put(McpTransportContext.KEY, context))
        .subscribe(
            ignored -> {},
            error -> LOG.log(System.Logger.Level.WARNING, "a message was not handled", error));
  }

  /// Answers what has no id that could be answered.
  private void refuse(int code, String why) {
    writeLine(
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":%d,\"message\":\"%s\"}}"
            .formatted(code, why));
  }

  private static McpSchema.JSONRPCResponse error(Object id, int code, String why) {
    return McpSchema.JSONRPCResponse.error(
        id, new McpSchema.JSONRPCResponse.JSONRPCError(code, why));
  }

  private void write(McpSchema.JSONRPCMessage message) {
    try {
      writeLine(json.writeValueAsString(message));
    } catch (IOException e) {
      throw new IllegalStateException("our own messages are always writable", e);
    }
  }

  private void writeLine(String line) {
    writing.lock();
    try {
      out.write((line + "\n").getBytes(UTF_8));
      out.flush();
    } catch (IOException e) {
      if (!broken) {
        LOG.log(System.Logger.Level.INFO, "the client no longer reads: {0}", e.getMessage());
      }
      broken = true;
    } finally {
      writing.unlock();
    }
  }
}
