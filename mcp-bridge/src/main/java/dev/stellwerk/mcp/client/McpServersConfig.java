package dev.stellwerk.mcp.client;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Which MCP servers there are: the `mcpServers` object of Claude Desktop's configuration file.
///
/// ```json
/// {"mcpServers": {
///   "filesystem": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "."]},
///   "docs": {"url": "https://docs.example/mcp", "headers": {"Authorization": "Bearer ${DOCS_TOKEN}"}}
/// }}
/// ```
///
/// Keys that we do not know are ignored, since other hosts put theirs into the same file.
public record McpServersConfig(List<McpServer> servers) {
  public static final int FILE_BYTES_MAX = 1024 * 1024;
  public static final int SERVERS_MAX = 64;

  public McpServersConfig {
    servers = List.copyOf(servers);
    if (servers.size() > SERVERS_MAX) {
      throw new IllegalArgumentException("more than " + SERVERS_MAX + " servers");
    }
    if (servers.stream().map(McpServer::name).distinct().count() < servers.size()) {
      throw new IllegalArgumentException("two servers have the same name");
    }
  }

  /// Reads a file; `${NAME}` and `${NAME:-default}` take their values from this process's
  /// environment.
  public static McpServersConfig read(Path file) throws McpConfigException {
    return read(file, System::getenv);
  }

  /// Reads a file with variables from elsewhere.
  ///
  /// @param variables a variable's value, or null where there is none
  public static McpServersConfig read(Path file, UnaryOperator<@Nullable String> variables)
      throws McpConfigException {
    return new ConfigReader(file, variables).read();
  }
}
