package dev.stellwerk.mcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class McpServersConfigTest {
  private static final Map<String, String> VARIABLES = Map.of("TOKEN", "s3cret$1", "EMPTY", "");

  @TempDir private Path folder;

  @Test
  void readsClaudeDesktopsForm() throws Exception {
    McpServersConfig config =
        read(
            """
            {"globalShortcut": "Ctrl+Space", "mcpServers": {
              "filesystem": {"command": "npx", "args": ["-y", "x", "${NONE:-/tmp}"], "cwd": "sub",
                             "env": {"A": "${TOKEN}"}, "autoApprove": ["*"]},
              "brave search": {"type": "stdio", "command": "brave", "trusted": false},
              "docs": {"type": "http", "url": "https://docs.example/mcp?v=1",
                       "headers": {"Authorization": "Bearer ${TOKEN}"}},
              "off": {"command": "never", "disabled": true}
            }}
            """);
    assertEquals(
        List.of(
            new McpServer.Stdio(
                "filesystem",
                true,
                "npx",
                List.of("-y", "x", "/tmp"),
                Map.of("A", "s3cret$1"),
                Optional.of(folder.resolve("sub"))),
            new McpServer.Stdio(
                "brave_search", false, "brave", List.of(), Map.of(), Optional.empty()),
            new McpServer.Http(
                "docs",
                false,
                URI.create("https://docs.example/mcp?v=1"),
                Map.of("Authorization", "Bearer s3cret$1"))),
        config.servers());
    assertFalse(config.toString().contains("s3cret"), "secrets in " + config);
  }

  @Test
  void noServersAreNoError() throws Exception {
    assertEquals(List.of(), read("{\"mcpServers\": {}}").servers());
  }

  @Test
  void everyErrorNamesTheFileTheServerAndWhatIsWrong() throws Exception {
    assertError("{\"mcpServers\": {\"a\": {\"command\": \"x\"},}}", "not valid JSON at line 1");
    assertError("{\"mcpServers\": {\"a\": {}, \"a\": {}}}", "not valid JSON");
    assertError("{\"servers\": {}}", "no object 'mcpServers'");
    assertError("", "no object 'mcpServers'");
    assertError("[]", "no object 'mcpServers'");
    assertError(server("1"), "server 'a': must be an object");
    assertError(server("{}"), "server 'a': has neither");
    assertError(server("{'command':'x','url':'http://h/'}"), "server 'a': has both");
    assertError(server("{'command':''}"), "server 'a': 'command' is empty");
    assertError(server("{'command':1}"), "server 'a': 'command' must be a string");
    assertError(server("{'command':'x','args':'y'}"), "server 'a': 'args' must be an array");
    assertError(server("{'command':'x','args':[1]}"), "server 'a': 'args' must be a string");
    assertError(server("{'command':'x','env':{'K':1}}"), "server 'a': 'env.K' must be a string");
    assertError(server("{'command':'x','env':{'K':'${NONE}'}}"), "'env.K' needs", "NONE");
    assertError(server("{'command':'x','trusted':'yes'}"), "'trusted' must be true or false");
    assertError(server("{'command':'x','type':'http'}"), "type 'http' does not go with command");
    assertError(server("{'url':'http://h/','type':'sse'}"), "Streamable HTTP");
    assertError(server("{'url':'ftp://h/'}"), "'url' must start with http");
    assertError(server("{'url':'http://'}"), "'url'");
    assertError(server("{'url':'not a url'}"), "'url' is not a URL");
    assertError(server("{'url':'http://h/','headers':{'Host':'x'}}"), "header 'Host'");
    assertError(server("{'url':'http://h/','headers':{'A b':'c'}}"), "header 'A b'");
    assertError(server("{'url':'http://h/','headers':{'A':'c\\nd'}}"), "header 'A'");
    assertError("{\"mcpServers\":{\"" + "n".repeat(33) + "\":{\"command\":\"x\"}}}", "1 to 32");
    assertError(
        "{\"mcpServers\":{\"a b\":{\"command\":\"x\"},\"a_b\":{\"command\":\"x\"}}}",
        "would both be called 'a_b'");
    assertError(
        "{\"mcpServers\":{\"builtin\":{\"command\":\"x\"}}}", "server 'builtin'", "reserved");
    assertError("{\"mcpServers\":{\"a2a_x\":{\"command\":\"x\"}}}", "server 'a2a_x'", "reserved");
    McpConfigException missing =
        assertThrows(McpConfigException.class, () -> McpServersConfig.read(folder.resolve("none")));
    assertTrue(message(missing).contains("none: cannot be read"), message(missing));
  }

  private static String server(String entry) {
    return "{'mcpServers':{'a':%s}}".formatted(entry).replace('\'', '"');
  }

  private void assertError(String json, String... parts) throws Exception {
    McpConfigException error = assertThrows(McpConfigException.class, () -> read(json));
    assertTrue(message(error).contains("mcp.json"), message(error));
    for (String part : parts) {
      assertTrue(message(error).contains(part), message(error));
    }
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private McpServersConfig read(String json) throws IOException, McpConfigException {
    Path file = folder.resolve("mcp.json");
    Files.writeString(file, json);
    return McpServersConfig.read(file, VARIABLES::get);
  }
}
