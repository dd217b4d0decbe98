package dev.stellwerk.a2a;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.a2a.protocol.A2aJson;
import dev.stellwerk.tools.agent.AgentPort;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.OverloadedException;
import dev.stellwerk.tools.agent.UnknownRunException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The JSON-RPC binding of A2A 1.0 (specification, section 9) over an [AgentPort]: bytes in, bytes
/// out.
///
/// The HTTP layer around it limits the request's size, establishes the caller and runs [#handle] on
/// a thread that may block.
public final class A2aServer {
  public static final String PROTOCOL_VERSION = "1.0";

  /// The request header that names the client's protocol version; absent or empty means 0.3
  /// (section 3.6.2).
  public static final String VERSION_HEADER = "A2A-Version";

  private static final Logger LOG = LoggerFactory.getLogger(A2aServer.class);
  private static final String ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo";
  private static final String DOMAIN = "a2a-protocol.org";

  private final AgentProfile profile;
  private final TaskOperations operations;

  /// @param sendWait how long SendMessage waits for a task to end before it answers with the task
  ///   as it stands
  public A2aServer(AgentProfile profile, AgentPort agent, Duration sendWait) {
    this.profile = profile;
    this.operations = new TaskOperations(agent, profile, sendWait);
  }

  /// The agent card, as JSON.
  public byte[] card() {
    return bytes(A2aJson.MAPPER.valueToTree(profile.card()));
  }

  /// Answers one JSON-RPC request. Every failure is an answer as well.
  ///
  /// @param version the value of [#VERSION_HEADER], empty when absent
  public byte[] handle(byte[] request, String version, Caller caller) throws InterruptedException {
    JsonNode id = NullNode.getInstance();
    try {
      JsonNode envelope = parse(request);
      id = requestId(envelope);
      checkVersion(version);
      ObjectNode answer = envelope(id);
      answer.set("result", call(envelope, caller));
      return bytes(answer);
    } catch (A2aException e) {
      return failure(id, e.error(), e.getMessage());
    } catch (UnknownRunException e) {
      return failure(id, A2aError.TASK_NOT_FOUND, "Task not found");
    } catch (OverloadedException e) {
      return failure(
          id, A2aError.INTERNAL_ERROR, "Busy; try again in " + e.retryAfter().toSeconds() + " s");
    } catch (RuntimeException e) {
      // A bug of ours: logged once here, told to the client without its details.
      LOG.error("an A2A request failed", e);
      return failure(id, A2aError.INTERNAL_ERROR, "Internal error");
    }
  }

  private JsonNode call(JsonNode envelope, Caller caller) throws InterruptedException {
    JsonNode method = envelope.path("method");
    JsonNode params = envelope.path("params");
    if (!method.isTextual()) {
      throw new A2aException(A2aError.INVALID_REQUEST, "method must be a string");
    }
    if (!params.isObject() && !params.isMissingNode()) {
      throw new A2aException(A2aError.INVALID_PARAMS, "params must be an object");
    }
    return switch (method.textValue()) {
      case "SendMessage" -> operations.send(params, caller);
      case "GetTask" -> operations.get(params, caller);
      case "ListTasks" -> operations.list(params, caller);
      case "CancelTask" -> operations.cancel(params, caller);
      case "SendStreamingMessage", "SubscribeToTask", "GetExtendedAgentCard" ->
          throw new A2aException(
              A2aError.UNSUPPORTED_OPERATION,
              method.textValue() + " is not among the capabilities of this agent's card");
      case "CreateTaskPushNotificationConfig",
          "GetTaskPushNotificationConfig",
          "ListTaskPushNotificationConfigs",
          "DeleteTaskPushNotificationConfig" ->
          throw new A2aException(
              A2aError.PUSH_NOTIFICATION_NOT_SUPPORTED, "this agent sends no push notifications");
      default -> throw new A2aException(A2aError.METHOD_NOT_FOUND, "Method not found");
    };
  }

  private static JsonNode parse(byte[] request) {
    JsonNode envelope;
    try {
      envelope = A2aJson.MAPPER.readTree(request);
    } catch (IOException e) {
      throw new A2aException(A2aError.PARSE_ERROR, "Invalid JSON payload");
    }
    if (!envelope.isObject() || !"2.0".equals(envelope.path("jsonrpc").asText())) {
      throw new A2aException(A2aError.INVALID_REQUEST, "not a JSON-RPC 2.0 request");
    }
    return envelope;
  }

  private static JsonNode requestId(JsonNode envelope) {
    JsonNode id = envelope.path("id");
    if (id.isTextual() || id.isIntegralNumber()) {
      return id;
    }
    throw new A2aException(A2aError.INVALID_REQUEST, "id must be a string or an integer");
  }

  private static void checkVersion(String version) {
    if (!version.equals(PROTOCOL_VERSION) && !version.startsWith(PROTOCOL_VERSION + ".")) {
      throw new A2aException(
          A2aError.VERSION_NOT_SUPPORTED,
          "this agent speaks A2A %s; the request says %s (header %s)"
              .formatted(
                  PROTOCOL_VERSION,
                  version.isEmpty() ? "0.3, by saying nothing" : version,
                  VERSION_HEADER));
    }
  }

  private static byte[] failure(JsonNode id, A2aError error, String message) {
    ObjectNode answer = envelope(id);
    ObjectNode body = answer.putObject("error").put("code", error.code()).put("message", message);
    if (error.protocolSpecific()) {
      body.putArray("data")
          .addObject()
          .put("@type", ERROR_INFO)
          .put("reason", error.name())
          .put("domain", DOMAIN);
    }
    return bytes(answer);
  }

  private static ObjectNode envelope(JsonNode id) {
    ObjectNode answer = A2aJson.MAPPER.createObjectNode().put("jsonrpc", "2.0");
    answer.set("id", id);
    return answer;
  }

  private static byte[] bytes(JsonNode node) {
    try {
      return A2aJson.MAPPER.writeValueAsString(node).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree that cannot be written", e);
    }
  }
}
