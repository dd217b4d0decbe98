package dev.stellwerk.mcp.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// A server over Streamable HTTP: each message of ours is a POST on a virtual thread of its own.
///
/// ```
/// POST request ──▶ 200 application/json    the answer
///              ──▶ 200 text/event-stream   messages, the answer among them; cut off: GET resumes
/// POST notice  ──▶ 202
/// GET          ──▶ text/event-stream       what the server says unasked; 405: it says nothing
/// DELETE       ──▶                         the end of the session
/// ```
final class HttpWire implements Wire {
  private static final System.Logger LOG = System.getLogger(HttpWire.class.getName());
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration NOTICE_TIMEOUT = Duration.ofSeconds(10);
  private static final String JSON_TYPE = "application/json";
  private static final String EVENTS_TYPE = "text/event-stream";
  private static final String SESSION = "Mcp-Session-Id";
  private static final int RESUMES_MAX = 10;
  private static final long RETRY_MILLIS = 1_000;
  private static final long RETRY_MILLIS_MAX = 30_000;

  private final McpServer.Http server;
  private final McpLimits limits;
  private final HttpClient client;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// The threads that wait for answers, by the request's id.
  private final Map<Long, Thread> exchanges = new ConcurrentHashMap<>();

  private volatile Optional<Receiver> receiver = Optional.empty();
  private volatile String session = "";
  private volatile String revision = "";

  HttpWire(McpServer.Http server, McpLimits limits) {
    this.server = server;
    this.limits = limits;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
  }

  @Override
  public void start(Receiver to) {
    receiver = Optional.of(to);
  }

  /// `notifications/initialized` is waited for, because what follows must not overtake it.
  @Override
  public void send(ObjectNode message) throws McpException {
    if (closed.get()) {
      throw new McpException(McpException.Kind.NOT_SENT, "the connection is closed");
    }
    if (message.path("method").asText().equals("notifications/initialized")) {
      post(message);
      Thread.ofVirtual().name("mcp-" + server.name() + "-listen").start(this::listen);
      return;
    }
    boolean request = message.has("method") && message.has("id");
    Thread thread = Thread.ofVirtual().unstarted(() -> exchange(message, request));
    if (request) {
      exchanges.put(message.path("id").asLong(), thread);
    }
    thread.start();
  }

  @Override
  public void givenUp(long id) {
    Thread waiting = exchanges.remove(id);
    if (waiting != null) {
      waiting.interrupt();
    }
  }

  @Override
  public void negotiated(String protocolVersion) {
    revision = protocolVersion;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    receiver.ifPresent(to -> to.closed("the connection is closed"));
    try {
      if (!session.isEmpty()) {
        HttpRequest delete =
            request().timeout(Duration.ofMillis(limits.stopGraceMillis())).DELETE().build();
        client.send(delete, HttpResponse.BodyHandlers.discarding());
      }
    } catch (IOException e) {
      // A courtesy: the server forgets the session by itself in time.
      LOG.log(System.Logger.Level.DEBUG, "{0}: session not ended: {1}", server.name(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.shutdownNow();
  }

  /// One message and its answer, on the exchange's own thread.
  private void exchange(ObjectNode message, boolean request) {
    long id = message.path("id").asLong(-1);
    try {
      boolean answered = post(message);
      if (request && !answered) {
        throw new McpException(McpException.Kind.LOST, "it ended its response without an answer");
      }
    } catch (McpException e) {
      if (!closed.get()) {
        receiver.ifPresent(to -> to.undelivered(message, e));
      }
    } finally {
      if (request) {
        exchanges.remove(id);
      }
    }
  }

  /// Sends the message, passes on what comes back, and tells whether its own answer was among it.
  private boolean post(ObjectNode message) throws McpException {
    boolean request = message.has("method") && message.has("id");
    HttpRequest.Builder post =
        request()
            .header("Accept", JSON_TYPE + ", " + EVENTS_TYPE)
            .header("Content-Type", JSON_TYPE)
            .POST(HttpRequest.BodyPublishers.ofString(message.toString()));
    if (!request) {
      post.timeout(NOTICE_TIMEOUT); // a request lasts until its call gives it up
    }
    boolean hadSession = !session.isEmpty();
    try {
      HttpResponse<InputStream> response =
          client.send(post.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        check(response.statusCode(), hadSession);
        response.headers().firstValue(SESSION).ifPresent(value -> session = value);
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (type.startsWith(JSON_TYPE)) {
          return readJson(body, message);
        }
        if (type.startsWith(EVENTS_TYPE)) {
          return readEvents(body, message);
        }
        if (request) {
          throw new McpException(
              McpException.Kind.UNUSABLE,
              "it answers with content of type '" + UntrustedText.line(type, 60) + "'");
        }
        return true;
      }
    } catch (IOException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      throw new McpException(McpException.Kind.LOST, "the call was given up");
    }
  }

  private void check(int status, boolean hadSession) throws McpException {
    if (status >= 200 && status < 300) {
      return;
    }
    if (status == 401 || status == 403) {
      throw new McpException(
          McpException.Kind.REFUSED,
          "it answers HTTP " + status + "; configure an Authorization header under 'headers'");
    }
    // 400 is what some servers say of a session that they do not know.
    if (hadSession && (status == 404 || status == 400)) {
      throw new McpException(McpException.Kind.SESSION_EXPIRED, "it forgot our session");
    }
    throw new McpException(McpException.Kind.LOST, "it answers HTTP " + status);
  }

  private boolean readJson(InputStream body, ObjectNode sent) throws IOException, McpException {
    byte[] bytes = body.readNBytes(limits.messageBytesMax() + 1);
    if (bytes.length > limits.messageBytesMax()) {
      throw tooLarge();
    }
    if (bytes.length == 0) {
      return !sent.has("method") || !sent.has("id");
    }
    return received(JSON.readTree(bytes), sent);
  }

  /// Reads the stream to its end; where it ends too soon but can be resumed, resumes it.
  private boolean readEvents(InputStream body, ObjectNode sent)
      throws IOException, McpException, InterruptedException {
    InputStream from = body;
    String lastEventId = "";
    for (int resumes = 0; resumes <= RESUMES_MAX; resumes++) {
      try (EventStream events = new EventStream(from, limits.messageBytesMax())) {
        for (Optional<String> e = events.next(); e.isPresent(); e = events.next()) {
          if (received(JSON.readTree(e.get()), sent)) {
            return true;
          }
        }
        lastEventId = events.lastEventId().isEmpty() ? lastEventId : events.lastEventId();
        if (lastEventId.isEmpty()) {
          return false;
        }
        long asked = events.retryMillis() < 0 ? RETRY_MILLIS : events.retryMillis();
        Thread.sleep(Math.min(asked, RETRY_MILLIS_MAX));
      }
      HttpResponse<InputStream> resumed = get(lastEventId);
      check(resumed.statusCode(), true);
      from = resumed.body();
    }
    return false;
  }

  /// Hears what the server says unasked, until the wire is closed or the server offers nothing.
  private void listen() {
    long delay = RETRY_MILLIS;
    String lastEventId = "";
    while (!closed.get()) {
      try {
        HttpResponse<InputStream> response = get(lastEventId);
        String type = response.headers().firstValue("Content-Type").orElse("");
        try (EventStream events = new EventStream(response.body(), limits.messageBytesMax())) {
          if (response.statusCode() != 200 || !type.startsWith(EVENTS_TYPE)) {
            return; // 405: it never speaks first; 404: the next call finds the session gone
          }
          for (Optional<String> e = events.next(); e.isPresent(); e = events.next()) {
            received(JSON.readTree(e.get()), JSON.createObjectNode());
            delay = RETRY_MILLIS;
          }
          lastEventId = events.lastEventId().isEmpty() ? lastEventId : events.lastEventId();
        }
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "{0}: listening ended: {1}", server.name(), e);
      } catch (InterruptedException e) {
        return;
      }
      try {
        Thread.sleep(delay);
      } catch (InterruptedException e) {
        return;
      }
      delay = Math.min(2 * delay, RETRY_MILLIS_MAX);
    }
  }

  private HttpResponse<InputStream> get(String lastEventId)
      throws IOException, InterruptedException {
    HttpRequest.Builder get = request().header("Accept", EVENTS_TYPE).GET();
    if (!lastEventId.isEmpty()) {
      get.header("Last-Event-ID", UntrustedText.line(lastEventId, 1_000));
    }
    return client.send(get.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  /// Passes the message on and tells whether it answers what was sent.
  private boolean received(JsonNode message, ObjectNode sent) {
    if (!message.isObject()) {
      return false;
    }
    receiver.ifPresent(to -> to.received(message));
    return !message.has("method")
        && sent.has("id")
        && message.path("id").asLong(-1) == sent.path("id").asLong();
  }

  private HttpRequest.Builder request() {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.url());
    server.headers().forEach(request::setHeader);
    if (!session.isEmpty()) {
      request.setHeader(SESSION, session);
    }
    if (!revision.isEmpty()) {
      request.setHeader("MCP-Protocol-Version", revision);
    }
    return request;
  }

  private McpException failure(IOException e) {
    return switch (e) {
      case EventStream.TooLargeException large -> tooLarge();
      case JsonProcessingException broken ->
          new McpException(McpException.Kind.UNUSABLE, "its answer is not JSON");
      case ConnectException refused ->
          new McpException(McpException.Kind.NOT_SENT, "it cannot be reached");
      case HttpConnectTimeoutException slow ->
          new McpException(McpException.Kind.NOT_SENT, "it does not accept connections");
      default ->
          new McpException(
              McpException.Kind.LOST,
              "the connection failed: " + UntrustedText.line(String.valueOf(e.getMessage()), 200));
    };
  }

  private McpException tooLarge() {
    return new McpException(
        McpException.Kind.UNUSABLE,
        "the answer is larger than " + limits.messageBytesMax() + " bytes");
  }
}
