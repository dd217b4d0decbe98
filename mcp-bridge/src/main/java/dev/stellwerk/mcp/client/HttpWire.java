package dev.stellwerk.mcp.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.McpHttpClientTransportAuthorizationException;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpTransportSessionNotFoundException;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// A server over Streamable HTTP, through the SDK's transport.
///
/// Answers come on the stream of the request that they belong to; the server's own messages come on
/// one that the transport opens once there is a session.
final class HttpWire implements Wire {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final McpLimits limits;
  private final HttpClientStreamableHttpTransport transport;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Receiver receiver = new Deaf();
  private volatile String protocolVersion = ProtocolVersions.MCP_2025_11_25;

  HttpWire(McpServer.Http server, McpLimits limits) {
    this.limits = limits;
    HttpRequest.Builder request = HttpRequest.newBuilder();
    server.headers().forEach(request::header);
    URI url = server.url();
    this.transport =
        HttpClientStreamableHttpTransport.builder(url.getScheme() + "://" + url.getRawAuthority())
            .endpoint(url.toString())
            .requestBuilder(request)
            .connectTimeout(CONNECT_TIMEOUT)
            .maxResponseSize(limits.messageBytesMax())
            .jsonMapper(new JacksonMcpJsonMapper(JSON))
            .build();
  }

  @Override
  public void start(Receiver to) {
    receiver = to;
    transport.setExceptionHandler(this::broken);
    transport
        .connect(messages -> messages.doOnNext(message -> to.received(JSON.valueToTree(message))))
        .subscribe();
  }

  @Override
  public void send(ObjectNode message) throws McpException {
    if (closed.get()) {
      throw new McpException(McpException.Kind.NOT_SENT, "the connection is closed");
    }
    transport
        .sendMessage(wireMessage(message))
        .contextWrite(
            context -> context.put(McpAsyncClient.NEGOTIATED_PROTOCOL_VERSION, protocolVersion))
        .subscribe(ignored -> {}, error -> receiver.undelivered(message, reason(error)));
  }

  @Override
  public void negotiated(String version) {
    protocolVersion = version;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    receiver.closed("the connection is closed");
    // Tells the server to drop the session; whether it hears is its own affair.
    transport
        .closeGracefully()
        .timeout(Duration.ofMillis(limits.stopGraceMillis()))
        .onErrorComplete()
        .block();
  }

  private static McpSchema.JSONRPCMessage wireMessage(ObjectNode message) {
    JsonNode id = message.get("id");
    if (message.has("method")) {
      String method = message.path("method").asText();
      JsonNode params = message.get("params");
      return id == null
          ? new McpSchema.JSONRPCNotification(method, params)
          : new McpSchema.JSONRPCRequest(method, idOf(id), params);
    }
    JsonNode error = message.get("error");
    return error == null
        ? McpSchema.JSONRPCResponse.result(idOf(message.path("id")), message.path("result"))
        : McpSchema.JSONRPCResponse.error(
            idOf(message.path("id")),
            new McpSchema.JSONRPCResponse.JSONRPCError(
                error.path("code").asInt(), error.path("message").asText()));
  }

  private static Object idOf(JsonNode id) {
    return id.isIntegralNumber() ? (Object) id.asLong() : id.asText();
  }

  /// A request or a stream failed. Requests that had not begun to be answered are told by
  /// `undelivered`; others may have lost their answer, and only the server can say.
  private void broken(Throwable error) {
    if (!closed.get()) {
      receiver.suspect(reason(error).text());
    }
  }

  private static McpException reason(Throwable error) {
    String text = UntrustedText.line(String.valueOf(error.getMessage()), 300);
    return switch (error) {
      case McpTransportSessionNotFoundException expired ->
          new McpException(McpException.Kind.SESSION_EXPIRED, "it forgot our session");
      case McpHttpClientTransportAuthorizationException refused ->
          new McpException(
              McpException.Kind.REFUSED,
              "it answers HTTP %d; configure an Authorization header under 'headers'"
                  .formatted(refused.getResponseInfo().statusCode()));
      case ConnectException unreachable ->
          new McpException(McpException.Kind.NOT_SENT, "it cannot be reached");
      case HttpConnectTimeoutException slow ->
          new McpException(McpException.Kind.NOT_SENT, "it does not accept connections");
      default ->
          text.contains("maximum allowed size")
              ? new McpException(McpException.Kind.UNUSABLE, "the answer is too large")
              : new McpException(McpException.Kind.LOST, "the connection failed: " + text);
    };
  }

  /// Nobody listens before `start`.
  private static final class Deaf implements Receiver {
    @Override
    public void received(JsonNode message) {}

    @Override
    public void undelivered(JsonNode message, McpException reason) {}

    @Override
    public void oversized() {}

    @Override
    public void suspect(String reason) {}

    @Override
    public void closed(String reason) {}
  }
}
