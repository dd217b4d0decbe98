package dev.stellwerk.a2a;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.a2a.protocol.A2aJson;
import dev.stellwerk.a2a.protocol.AgentCard;
import dev.stellwerk.a2a.protocol.Message;
import dev.stellwerk.a2a.protocol.Task;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// One peer over the JSON-RPC binding: its card, and the three calls that a delegation needs.
final class PeerClient implements AutoCloseable {
  private static final int RESPONSE_BYTES_MAX = 8 << 20;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final URI base;
  private final HttpClient http;
  private final AtomicLong ids = new AtomicLong();

  /// @param base the peer's address; its card is at [AgentCard#PATH] below it, unless the address
  ///   names a card itself
  PeerClient(URI base) {
    this.base = base;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  AgentCard card(Duration timeout) throws IOException, InterruptedException {
    URI uri = base.getPath().endsWith(".json") ? base : base.resolve(AgentCard.PATH);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout).GET().build();
    return A2aJson.MAPPER.treeToValue(exchange(request), AgentCard.class);
  }

  /// Sends the message without waiting for the task to end.
  Task send(URI endpoint, Message message, Duration timeout)
      throws IOException, InterruptedException {
    ObjectNode params = A2aJson.MAPPER.createObjectNode();
    params.set("message", A2aJson.MAPPER.valueToTree(message));
    params.putObject("configuration").put("returnImmediately", true);
    JsonNode result = call(endpoint, "SendMessage", params, timeout);
    if (result.has("task")) {
      return task(result.get("task"));
    }
    throw new IOException("the peer answered with a message instead of a task");
  }

  Task get(URI endpoint, String taskId, Duration timeout) throws IOException, InterruptedException {
    return task(
        call(endpoint, "GetTask", A2aJson.MAPPER.createObjectNode().put("id", taskId), timeout));
  }

  Task cancel(URI endpoint, String taskId, Duration timeout)
      throws IOException, InterruptedException {
    return task(
        call(endpoint, "CancelTask", A2aJson.MAPPER.createObjectNode().put("id", taskId), timeout));
  }

  private JsonNode call(URI endpoint, String method, ObjectNode params, Duration timeout)
      throws IOException, InterruptedException {
    ObjectNode envelope =
        A2aJson.MAPPER
            .createObjectNode()
            .put("jsonrpc", "2.0")
            .put("id", ids.incrementAndGet())
            .put("method", method);
    envelope.set("params", params);
    HttpRequest request =
        HttpRequest.newBuilder(endpoint)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header(A2aServer.VERSION_HEADER, A2aServer.PROTOCOL_VERSION)
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(A2aJson.MAPPER.writeValueAsBytes(envelope)))
            .build();
    JsonNode answer = exchange(request);
    JsonNode error = answer.path("error");
    if (error.isObject()) {
      throw new PeerErrorException(
          error.path("code").asInt(), error.path("message").asText("no message"));
    }
    return answer.path("result");
  }

  private JsonNode exchange(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      byte[] bytes = body.readNBytes(RESPONSE_BYTES_MAX + 1);
      if (bytes.length > RESPONSE_BYTES_MAX) {
        throw new IOException("the peer's answer is larger than " + RESPONSE_BYTES_MAX + " bytes");
      }
      if (response.statusCode() != 200) {
        throw new IOException(
            "the peer answered HTTP " + response.statusCode() + " at " + request.uri());
      }
      return A2aJson.MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new IOException("the peer's answer is not JSON", e);
    } catch (IOException e) {
      // A reader that is interrupted while it waits for bytes sees a broken stream instead.
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while reading the peer's answer");
      }
      throw e;
    }
  }

  private static Task task(JsonNode node) throws IOException {
    Task task = A2aJson.MAPPER.treeToValue(node, Task.class);
    if (task == null || task.id().isEmpty()) {
      throw new IOException("the peer's answer holds no task id");
    }
    return task;
  }

  @Override
  public void close() {
    http.close();
  }
}
