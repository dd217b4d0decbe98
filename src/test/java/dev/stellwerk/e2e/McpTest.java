package dev.stellwerk.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real MCP servers as sources of tools, and a real MCP client in front of us. Needs the packages
/// of `.ci/npm`.
final class McpTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;

  @Test
  void aTaskOverTheFilesystemServer() throws Exception {
    Optional<Path> npm = Product.npm();
    if (npm.isEmpty()) {
      return;
    }
    Path allowed = temp.toRealPath();
    Path folder = Files.createDirectory(allowed.resolve("papers"));
    Files.writeString(folder.resolve("plan.txt"), "the crew meets at nine\n");
    Path config = Files.createTempFile("mcp", ".json");
    JSON.writeValue(
        config.toFile(),
        JSON.readTree(
            """
            {"mcpServers": {"filesystem": {"command": "%s", "args": ["%s"]}}}
            """
                .formatted(bin(npm.get(), "mcp-server-filesystem"), allowed)));
    Run run =
        run("--mcp", config.toString(), "--tools", "filesystem:*", "List the files in papers");
    assertTrue(run.completed(), run::toString);
    assertTrue(
        run.calls().getFirst().path("tool").asText().startsWith("filesystem_"), run::toString);
    assertTrue(run.outcomes().getFirst().path("succeeded").asBoolean(), run::toString);
    assertTrue(run.outcomes().getFirst().path("text").asText().contains("plan.txt"), run::toString);
  }

  @Test
  void aTaskOverTheEverythingServer() throws Exception {
    Optional<Path> npm = Product.npm();
    if (npm.isEmpty()) {
      return;
    }
    int port = freePort();
    ProcessBuilder builder =
        new ProcessBuilder(bin(npm.get(), "mcp-server-everything"), "streamableHttp")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("PORT", Integer.toString(port));
    Process server = builder.start();
    try {
      awaitPort(port);
      Path config = Files.createTempFile("mcp", ".json");
      Files.writeString(
          config,
          "{\"mcpServers\": {\"everything\": {\"type\": \"http\", \"trusted\": true, \"url\": \"http://127.0.0.1:%d/mcp\"}}}"
              .formatted(port));
      Run run =
          run(
              "--mcp",
              config.toString(),
              "--tools",
              "everything:echo",
              "Echo the message good morning");
      assertTrue(run.completed(), run::toString);
      assertEquals("everything_echo", run.calls().getFirst().path("tool").asText(), run::toString);
      assertTrue(run.outcomes().getFirst().path("succeeded").asBoolean(), run::toString);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void theInspectorListsAndCallsOurTool() throws Exception {
    Optional<Path> npm = Product.npm();
    if (npm.isEmpty()) {
      return;
    }
    JsonNode tools = inspect(npm.get(), "--method", "tools/list");
    assertEquals("run_task", tools.at("/tools/0/name").asText(), tools::toString);
    JsonNode result =
        inspect(
            npm.get(),
            "--method",
            "tools/call",
            "--tool-name",
            "run_task",
            "--tool-arg",
            "request=What is 17 * 23?");
    assertTrue(result.at("/content/0/text").asText().contains("391"), result::toString);
  }

  private JsonNode inspect(Path npm, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                bin(npm, "mcp-inspector"),
                "--cli",
                Product.ROOT.resolve("stellwerk").toString(),
                "mcp",
                "--data",
                temp.resolve(".stellwerk").toString()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("inspector", ".json");
    Path err = Files.createTempFile("inspector", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("STELLWERK_BUILD", "never");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the inspector did not end");
    assertEquals(0, process.exitValue(), Files.readString(err));
    return JSON.readTree(Files.readString(out, StandardCharsets.UTF_8));
  }

  private Run run(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "run";
    all[1] = "--json";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return new Run(new Product(temp).run(all));
  }

  private static String bin(Path npm, String name) {
    return npm.resolve("node_modules/.bin").resolve(name).toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void awaitPort(int port) throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new AssertionError("nothing listens on " + port);
  }
}
