package dev.stellwerk.a2a;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.a2a.protocol.A2aJson;
import dev.stellwerk.a2a.protocol.AgentCard;
import dev.stellwerk.tools.agent.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class A2aServerTest {
  private static final Caller ALICE = new Caller("alice");
  private static final Caller BOB = new Caller("bob");
  static final AgentProfile PROFILE =
      new AgentProfile(
          "echo",
          "Echoes.",
          "1.0",
          "http://127.0.0.1:1/a2a",
          List.of(
              new AgentCard.Skill("echo", "Echo", "Says it again.", List.of("test"), List.of())));

  private final EchoAgent agent = new EchoAgent();
  private final A2aServer server = new A2aServer(PROFILE, agent, Duration.ofMillis(200));

  @Test
  void theCardNamesEverythingThatIsRequired() throws Exception {
    JsonNode card = A2aJson.MAPPER.readTree(server.card());
    for (String field :
        List.of(
            "name",
            "description",
            "supportedInterfaces",
            "version",
            "capabilities",
            "defaultInputModes",
            "defaultOutputModes",
            "skills")) {
      assertTrue(card.has(field), field);
    }
    assertEquals("JSONRPC", card.at("/supportedInterfaces/0/protocolBinding").asText());
    assertEquals("1.0", card.at("/supportedInterfaces/0/protocolVersion").asText());
    assertEquals("echo", card.at("/skills/0/id").asText());
    assertFalse(card.at("/capabilities/streaming").asBoolean());
  }

  @Test
  void sendMessageWaitsForTheEnd() throws Exception {
    JsonNode task = send(ALICE, "m1", "hello", "").at("/result/task");
    assertEquals("TASK_STATE_COMPLETED", task.at("/status/state").asText());
    assertEquals("2026-11-23T20:00:00.120Z", task.at("/status/timestamp").asText());
    assertEquals("echo: hello", task.at("/artifacts/0/parts/0/text").asText());
    assertEquals("hello", task.at("/history/0/parts/0/text").asText());
  }

  @Test
  void theSameMessageTwiceIsOneTask() throws Exception {
    JsonNode first = send(ALICE, "m1", "hello", "");
    JsonNode second = send(ALICE, "m1", "hello", "");
    assertEquals(first.at("/result/task/id"), second.at("/result/task/id"));
    assertEquals(1, agent.tasks.size());
    assertFalse(
        first.at("/result/task/id").equals(send(BOB, "m1", "hello", "").at("/result/task/id")));
  }

  @Test
  void aTaskThatDoesNotEndIsReturnedAsItStands() throws Exception {
    JsonNode task = send(ALICE, "m1", "wait", "").at("/result/task");
    assertEquals("TASK_STATE_WORKING", task.at("/status/state").asText());
  }

  @Test
  void aQuestionIsAnsweredByAMessageToTheTask() throws Exception {
    JsonNode task = send(ALICE, "m1", "ask", "").at("/result/task");
    assertEquals("TASK_STATE_INPUT_REQUIRED", task.at("/status/state").asText());
    assertEquals("which one?", task.at("/status/message/parts/0/text").asText());
    String ids = ",\"taskId\":" + task.get("id") + ",\"contextId\":" + task.get("contextId");
    JsonNode answered = send(ALICE, "m2", "the red one", ids).at("/result/task");
    assertEquals("answered: the red one", answered.at("/artifacts/0/parts/0/text").asText());
    assertEquals(
        -32602,
        send(ALICE, "m3", "x", ",\"taskId\":" + task.get("id") + ",\"contextId\":\"other\"")
            .at("/error/code")
            .asInt());
    assertEquals(
        -32004,
        send(ALICE, "m4", "again", ",\"taskId\":" + task.get("id")).at("/error/code").asInt());
  }

  @Test
  void cancelEndsATaskOnce() throws Exception {
    String id = send(ALICE, "m1", "wait", "").at("/result/task/id").asText();
    String params = "{\"id\":\"" + id + "\"}";
    assertEquals(
        "TASK_STATE_CANCELED",
        call(ALICE, "CancelTask", params).at("/result/status/state").asText());
    JsonNode again = call(ALICE, "CancelTask", params);
    assertEquals(-32002, again.at("/error/code").asInt());
    assertEquals("TASK_NOT_CANCELABLE", again.at("/error/data/0/reason").asText());
    assertEquals("a2a-protocol.org", again.at("/error/data/0/domain").asText());
  }

  @Test
  void aForeignTaskIsAbsent() throws Exception {
    String id = send(ALICE, "m1", "hello", "").at("/result/task/id").asText();
    JsonNode answer = call(BOB, "GetTask", "{\"id\":\"" + id + "\"}");
    assertEquals(-32001, answer.at("/error/code").asInt());
    assertEquals(0, call(BOB, "ListTasks", "{}").at("/result/tasks").size());
    assertEquals(1, call(ALICE, "ListTasks", "{}").at("/result/tasks").size());
    assertEquals(
        "hello",
        call(ALICE, "GetTask", "{\"id\":\"" + id + "\"}")
            .at("/result/history/0/parts/0/text")
            .asText());
  }

  @Test
  void aTaskThatCameFromUsIsRefused() throws Exception {
    String chain =
        ",\"metadata\":{\""
            + DelegationChain.EXTENSION
            + "\":{\"ancestors\":[\""
            + PROFILE.url()
            + "\"]}}";
    assertEquals(-32004, send(ALICE, "m1", "hello", chain).at("/error/code").asInt());
    assertEquals(List.of(), agent.tasks);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "-32700 | {\"jsonrpc\":",
        "-32600 | []",
        "-32600 | {\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"GetTask\"}",
        "-32600 | {\"jsonrpc\":\"2.0\",\"method\":\"GetTask\"}",
        "-32600 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
        "-32601 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"message/send\"}",
        "-32602 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"GetTask\",\"params\":[]}",
        "-32602 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"SendMessage\",\"params\":{}}",
        "-32602 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"SendMessage\",\"params\":{\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[]}}}",
        "-32005 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"SendMessage\",\"params\":{\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"url\":\"http://x\"}]}}}",
        "-32001 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"GetTask\",\"params\":{\"id\":\"../etc\"}}",
        "-32004 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"SendStreamingMessage\",\"params\":{}}",
        "-32003 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"CreateTaskPushNotificationConfig\",\"params\":{}}"
      })
  void badRequestsAreAnsweredWithTheirError(int code, String request) throws Exception {
    byte[] answer = server.handle(request.getBytes(StandardCharsets.UTF_8), "1.0", ALICE);
    assertEquals(code, A2aJson.MAPPER.readTree(answer).at("/error/code").asInt());
  }

  @Test
  void silenceAboutTheVersionMeansAnOldOne() throws Exception {
    byte[] request =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ListTasks\"}".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        -32009,
        A2aJson.MAPPER.readTree(server.handle(request, "", ALICE)).at("/error/code").asInt());
    assertTrue(A2aJson.MAPPER.readTree(server.handle(request, "1.0", ALICE)).has("result"));
  }

  private JsonNode send(Caller caller, String messageId, String text, String more)
      throws Exception {
    return call(
        caller,
        "SendMessage",
        "{\"message\":{\"messageId\":\"%s\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"%s\"}]%s}}"
            .formatted(messageId, text, more));
  }

  private JsonNode call(Caller caller, String method, String params) throws Exception {
    String request =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}".formatted(method, params);
    return A2aJson.MAPPER.readTree(
        server.handle(request.getBytes(StandardCharsets.UTF_8), "1.0", caller));
  }
}
