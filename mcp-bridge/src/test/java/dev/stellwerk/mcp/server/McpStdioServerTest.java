package dev.stellwerk.mcp.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.tools.agent.Caller;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The server, spoken to in raw lines: what is on the wire is what clients see.
@Timeout(20)
class McpStdioServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final McpServerLimits LIMITS =
      new McpServerLimits(100_000, 5, 4, 50, 60_000, 2_000, 100);

  private final DemoAgent agent = new DemoAgent();
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final PipedOutputStream toServer = new PipedOutputStream();
  private Thread serving = new Thread();

  @BeforeEach
  void serve() throws IOException {
    PipedInputStream in = new PipedInputStream(toServer, 1 << 20);
    OutputStream out = new Lines(lines);
    serving =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (out) {
                    new McpStdioServer(agent, Caller.LOCAL, LIMITS).serve(in, out);
                  } catch (IOException | InterruptedException e) {
                    lines.add("server: " + e);
                  }
                });
  }

  @AfterEach
  void stop() throws Exception {
    toServer.close();
    serving.join(5_000);
    assertFalse(serving.isAlive(), "the server ends when its input does");
  }

  @Test
  void negotiatesTheRevisionsThatItKnows() throws Exception {
    for (String revision :
        new String[] {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2019-01-01"}) {
      JsonNode result = initialise(revision).path("result");
      assertEquals(
          revision.equals("2019-01-01") ? "2025-11-25" : revision,
          result.path("protocolVersion").asText());
      assertEquals("stellwerk", result.path("serverInfo").path("name").asText());
      assertTrue(result.path("capabilities").has("tools"));
    }
  }

  @Test
  void listsOneToolWithItsSchemas() throws Exception {
    ready();
    send("{'jsonrpc':'2.0','id':'list','method':'tools/list'}");
    JsonNode answer = receive();
    assertEquals("list", answer.path("id").asText());
    JsonNode tools = answer.path("result").path("tools");
    assertEquals(1, tools.size());
    assertEquals("run_task", tools.path(0).path("name").asText());
    assertEquals("string", tools.path(0).at("/inputSchema/properties/request/type").asText());
    assertTrue(tools.path(0).path("outputSchema").at("/properties/answer").isObject());
    assertTrue(tools.path(0).path("annotations").path("destructiveHint").asBoolean());
  }

  @Test
  void runsATaskAndTellsItsProgress() throws Exception {
    ready();
    call(7, "17 x 23", "'_meta':{'progressToken':'p1'},");
    JsonNode first = receive();
    assertEquals("notifications/progress", first.path("method").asText());
    assertEquals("p1", first.path("params").path("progressToken").asText());
    assertEquals("calls calculate", first.path("params").path("message").asText());
    assertEquals(2, receive().path("params").path("progress").asInt());
    JsonNode result = receive().path("result");
    assertEquals("You said: 17 x 23", result.at("/content/0/text").asText());
    assertFalse(result.path("isError").asBoolean());
    assertEquals(
        JSON.readTree(
            """
            {"answer": "You said: 17 x 23", "status": "completed", "runId": "run-1",
             "tool_calls": [{"tool": "calculate", "succeeded": true}]}
            """),
        result.path("structuredContent"));
  }

  @Test
  void withoutATokenThereIsNoProgress() throws Exception {
    ready();
    call(7, "hello", "");
    assertEquals(7, receive().path("id").asInt());
  }

  @Test
  void aFailedRunIsAnErrorOfTheTool() throws Exception {
    ready();
    call(1, "fail", "");
    JsonNode result = receive().path("result");
    assertTrue(result.path("isError").asBoolean());
    assertEquals("it broke", result.at("/content/0/text").asText());
    assertEquals("failed", result.at("/structuredContent/status").asText());
    call(2, "busy", "");
    assertTrue(receive().at("/result/content/0/text").asText().contains("try again in 3 s"));
  }

  @Test
  void nobodyApprovesAndNobodyAnswers() throws Exception {
    ready();
    call(1, "approve", "");
    assertTrue(receive().at("/result/content/0/text").asText().contains("approved=false"));
    call(2, "ask", "");
    JsonNode result = receive().path("result");
    assertTrue(result.path("isError").asBoolean());
    assertTrue(result.at("/content/0/text").asText().contains("which one?"));
    assertEquals("cancelled", result.at("/structuredContent/status").asText());
  }

  @Test
  void cancellationReachesTheRunAndIsNotAnswered() throws Exception {
    ready();
    call(1, "wait", "");
    send("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':1}}");
    send("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':99}}");
    while (!agent.requests.containsValue("cancelled")) {
      Thread.sleep(5);
    }
    ping("after");
    assertEquals("after", receive().path("id").asText(), "no answer to the cancelled request");
    call(2, "again", "");
    assertEquals(2, receive().path("id").asInt());
  }

  @Test
  void theClientsEndCancelsWhatRuns() throws Exception {
    ready();
    call(1, "wait", "");
    while (agent.requests.isEmpty()) {
      Thread.sleep(5);
    }
    toServer.close();
    serving.join(5_000);
    assertTrue(agent.requests.containsValue("cancelled"));
  }

  @Test
  void badInputIsAnsweredAndSurvived() throws Exception {
    ready();
    send("this is not JSON");
    assertEquals(-32700, receive().at("/error/code").asInt());
    send("[]");
    assertTrue(receive().at("/error/code").asInt() < 0);
    send("{'jsonrpc':'2.0'}");
    assertEquals(-32600, receive().at("/error/code").asInt());
    send("{'jsonrpc':'2.0','id':1,'method':'no/such'}");
    assertEquals(-32601, receive().at("/error/code").asInt());
    send("{'jsonrpc':'2.0','id':{},'method':'ping'}");
    assertEquals(-32600, receive().at("/error/code").asInt());
    send("x".repeat(200_000));
    assertTrue(receive().at("/error/message").asText().contains("100000"));
    send(toolCall(2, "{}"));
    assertTrue(receive().at("/result/isError").asBoolean());
    send(toolCall(3, "{'request':'" + "y".repeat(51) + "'}"));
    assertTrue(receive().at("/result/content/0/text").asText().contains("longer than 50"));
    send("{'jsonrpc':'2.0','id':4,'method':'tools/call','params':{'name':'other'}}");
    assertEquals(-32602, receive().at("/error/code").asInt());
    ping("end");
    assertEquals("end", receive().path("id").asText());
  }

  @Test
  void endlessRubbishEndsTheConnection() throws Exception {
    ready();
    for (int i = 0; i < 6; i++) {
      send("rubbish");
    }
    serving.join(5_000);
    assertFalse(serving.isAlive());
  }

  @Test
  void openRequestsAreBounded() throws Exception {
    ready();
    for (int i = 1; i <= 5; i++) {
      call(i, "wait", "");
    }
    JsonNode refused = receive();
    assertEquals(5, refused.path("id").asInt());
    assertEquals(-32000, refused.at("/error/code").asInt());
  }

  private void ready() throws Exception {
    initialise("2025-11-25");
    send("{'jsonrpc':'2.0','method':'notifications/initialized'}");
  }

  private JsonNode initialise(String revision) throws Exception {
    send(
        ("{'jsonrpc':'2.0','id':0,'method':'initialize','params':{'protocolVersion':'%s',"
                + "'capabilities':{},'clientInfo':{'name':'t','version':'1'}}}")
            .formatted(revision));
    return receive();
  }

  private void call(int id, String request, String meta) throws IOException {
    send(
        "{'jsonrpc':'2.0','id':%d,'method':'tools/call','params':{%s'name':'run_task','arguments':{'request':'%s'}}}"
            .formatted(id, meta, request));
  }

  private static String toolCall(int id, String arguments) {
    return "{'jsonrpc':'2.0','id':%d,'method':'tools/call','params':{'name':'run_task','arguments':%s}}"
        .formatted(id, arguments);
  }

  private void ping(String id) throws IOException {
    send("{'jsonrpc':'2.0','id':'" + id + "','method':'ping'}");
  }

  private void send(String line) throws IOException {
    toServer.write((line.replace('\'', '"') + "\n").getBytes(UTF_8));
    toServer.flush();
  }

  private JsonNode receive() throws Exception {
    String line = lines.poll(5, TimeUnit.SECONDS);
    assertTrue(line != null, "nothing came");
    return JSON.readTree(String.valueOf(line));
  }

  /// Takes what the server writes apart into lines.
  private static final class Lines extends OutputStream {
    private final BlockingQueue<String> lines;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Lines(BlockingQueue<String> lines) {
      this.lines = lines;
    }

    @Override
    public void write(int b) {
      if (b == '\n') {
        lines.add(line.toString(UTF_8));
        line.reset();
      } else {
        line.write(b);
      }
    }
  }
}
