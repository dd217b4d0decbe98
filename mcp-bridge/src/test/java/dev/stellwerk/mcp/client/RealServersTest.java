package dev.stellwerk.mcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The reference servers, as they come from npm.
@Timeout(90)
class RealServersTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @Test
  void filesystemOverStdio() throws Exception {
    Path command = NpmPeers.command("mcp-server-filesystem");
    Path file = Files.writeString(folder.resolve("note.txt"), "buy milk\n");
    try (McpConnections connections =
        open(
            """
            {"mcpServers": {"filesystem": {"command": "%s", "args": ["%s"]},
                            "absent": {"command": "no-such-server"}}}
            """
                .formatted(command, folder))) {
      assertEquals(List.of("absent"), List.copyOf(connections.failures().keySet()));
      ToolSource source = connections.sources().getFirst();
      assertEquals("filesystem", source.name());
      Tool.Spec read = spec(source, "read_text_file");
      assertTrue(read.effects().readOnly());
      assertTrue(read.outputSchema().isPresent());
      assertFalse(spec(source, "write_file").effects().readOnly());
      Tool.Result.Success text = success(call(source, "read_text_file", "path", file.toString()));
      assertTrue(Scripted.text(text).contains("buy milk"));
      assertTrue(text.structured().isPresent());
      Tool.Result.Failure outside =
          Scripted.failure(call(source, "read_text_file", "path", "/etc/passwd"));
      assertEquals(Tool.Reason.TOOL_ERROR, outside.reason());
    }
  }

  @Test
  void everythingOverStdio() throws Exception {
    Path command = NpmPeers.command("mcp-server-everything");
    try (McpConnections connections =
        open("{\"mcpServers\":{\"everything\":{\"command\":\"" + command + "\"}}}")) {
      everything(connections.sources().getFirst());
    }
  }

  @Test
  void everythingOverStreamableHttpAndItsRestart() throws Exception {
    Path command = NpmPeers.command("mcp-server-everything");
    int port = freePort();
    Process server = serve(command, port);
    try (McpConnections connections =
        open(
            "{\"mcpServers\":{\"everything\":{\"url\":\"http://127.0.0.1:%d/mcp\"}}}"
                .formatted(port))) {
      ToolSource source = connections.sources().getFirst();
      everything(source);
      server.destroyForcibly().waitFor();
      server = serve(command, port);
      assertEquals("Echo: back", Scripted.text(call(source, "echo", "message", "back")));
    } finally {
      server.destroyForcibly();
    }
  }

  private static void everything(ToolSource source) throws Exception {
    assertEquals("Echo: hello", Scripted.text(call(source, "echo", "message", "hello")));
    Tool.Result.Success image = success(call(source, "get-tiny-image", "", ""));
    assertTrue(
        image.content().stream().anyMatch(c -> c instanceof Tool.Content.Binary), "" + image);
    Tool.Result.Success links = success(call(source, "get-resource-links", "", ""));
    assertTrue(links.content().stream().anyMatch(c -> c instanceof Tool.Content.Link), "" + links);
    long begun = System.nanoTime();
    Tool.Call slow =
        Scripted.call(
            "trigger-long-running-operation",
            JsonNodeFactory.instance.objectNode().put("duration", 20).put("steps", 2));
    Tool.Result.Failure late =
        Scripted.failure(source.call(slow, Scripted.within(Duration.ofMillis(300))));
    assertEquals(Tool.Reason.TIMEOUT, late.reason());
    assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(3));
    assertEquals(
        Tool.Reason.INVALID_ARGUMENTS,
        reasonWithoutCode(call(source, "echo", "wrong", "x")),
        "arguments are checked by the server");
  }

  /// Servers of one SDK answer bad arguments as a protocol error, or as a tool error.
  private static Tool.Reason reasonWithoutCode(Tool.Result result) {
    Tool.Reason reason = Scripted.failure(result).reason();
    return reason == Tool.Reason.TOOL_ERROR ? Tool.Reason.INVALID_ARGUMENTS : reason;
  }

  private McpConnections open(String json) throws Exception {
    Path file = Files.writeString(folder.resolve("mcp.json"), json);
    List<String> heard = new ArrayList<>();
    McpConnections connections =
        McpConnections.open(
            McpServersConfig.read(file),
            new McpConnections.Listener() {
              @Override
              public void starting(String server) {
                heard.add("starting " + server);
              }

              @Override
              public void ready(String server, int tools, Duration took) {
                System.out.println(
                    server + " is ready with " + tools + " tools in ms " + took.toMillis());
                heard.add("ready " + server);
              }

              @Override
              public void failed(String server, String reason) {
                heard.add("failed " + server + ": " + reason);
              }
            });
    assertEquals(
        2 * (connections.sources().size() + connections.failures().size()),
        heard.size(),
        "" + heard);
    return connections;
  }

  private static Process serve(Path command, int port) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command.toString(), "streamableHttp");
    builder.environment().put("PORT", Integer.toString(port));
    Process process = builder.redirectErrorStream(true).start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Thread.ofVirtual().start(() -> output.lines().forEach(line -> {}));
    for (int i = 0; i < 300; i++) {
      try (Socket connected = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
        assertTrue(connected.isConnected());
        return process;
      } catch (IOException e) {
        sleep();
      }
    }
    throw new AssertionError("server-everything does not listen on " + port);
  }

  private static void sleep() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Tool.Result call(ToolSource source, String tool, String key, String value)
      throws InterruptedException {
    var arguments = JsonNodeFactory.instance.objectNode();
    if (!key.isEmpty()) {
      arguments.put(key, value);
    }
    return source.call(Scripted.call(tool, arguments), Scripted.within(LONG));
  }

  private static Tool.Spec spec(ToolSource source, String tool) {
    return source.list().stream().filter(s -> s.name().equals(tool)).findFirst().orElseThrow();
  }

  private static Tool.Result.Success success(Tool.Result result) {
    if (result instanceof Tool.Result.Success success) {
      return success;
    }
    throw new AssertionError("no success but " + result);
  }
}
