package dev.stellwerk.mcp.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.mcp.client.McpConnections;
import dev.stellwerk.mcp.client.McpServer;
import dev.stellwerk.mcp.client.McpServersConfig;
import dev.stellwerk.mcp.client.NpmPeers;
import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server as a process, used by clients that others, or we, wrote.
@Timeout(90)
class RealClientsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void theInspectorListsAndCalls() throws Exception {
    Path inspector = NpmPeers.command("mcp-inspector");
    JsonNode listed = inspect(inspector, "--method", "tools/list");
    assertEquals("run_task", listed.at("/tools/0/name").asText());
    JsonNode called =
        inspect(
            inspector,
            "--method",
            "tools/call",
            "--tool-name",
            "run_task",
            "--tool-arg",
            "request=What is 17 x 23?");
    assertEquals("You said: What is 17 x 23?", called.at("/content/0/text").asText());
    assertEquals("completed", called.at("/structuredContent/status").asText());
  }

  @Test
  void ourOwnClientListsAndCalls() throws Exception {
    List<String> command = server();
    McpServer server =
        new McpServer.Stdio(
            "self",
            true,
            command.getFirst(),
            command.subList(1, command.size()),
            Map.of(),
            Optional.empty());
    try (McpConnections connections =
        McpConnections.open(
            new McpServersConfig(List.of(server)), McpConnections.Listener.none())) {
      assertEquals(Map.of(), connections.failures());
      ToolSource self = connections.sources().getFirst();
      Tool.Spec tool = self.list().getFirst();
      assertEquals("run_task", tool.name());
      Tool.Result result =
          self.call(
              new Tool.Call("c1", "run_task", JSON.createObjectNode().put("request", "hello")),
              new CallContext(
                  new RunId("run-1"),
                  Caller.LOCAL,
                  Clock.systemUTC().instant().plusSeconds(30),
                  "k",
                  List.of()));
      assertTrue(
          result instanceof Tool.Result.Success success && success.structured().isPresent(),
          "" + result);
    }
  }

  private JsonNode inspect(Path inspector, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(inspector.toString());
    command.add("--cli");
    command.addAll(server());
    command.addAll(List.of(arguments));
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), () -> output + read(errors));
    return JSON.readTree(output.substring(output.indexOf('{')));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static List<String> server() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        DemoServer.class.getName());
  }
}
