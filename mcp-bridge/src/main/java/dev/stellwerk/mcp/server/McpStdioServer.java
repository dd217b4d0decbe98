package dev.stellwerk.mcp.server;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stellwerk.tools.agent.AgentPort;
import dev.stellwerk.tools.agent.Caller;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.jackson2.DefaultJsonSchemaValidator;
import io.modelcontextprotocol.server.McpAsyncServer;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Serves the agent to one MCP client over a pair of streams: the client started this process and
/// speaks over its standard input and output.
///
/// The output carries protocol messages only. Whoever hands out `System.out` must first point
/// `System.out` and all logging to `System.err`: one stray line and the client hangs up.
public final class McpStdioServer {
  private final AgentPort agent;
  private final Caller caller;
  private final McpServerLimits limits;

  /// @param caller on whose behalf the client's tasks run
  public McpStdioServer(AgentPort agent, Caller caller, McpServerLimits limits) {
    this.agent = requireNonNull(agent, "agent");
    this.caller = requireNonNull(caller, "caller");
    this.limits = requireNonNull(limits, "limits");
  }

  /// Serves until the client closes its end; then cancels what still runs, and returns.
  public void serve(InputStream in, OutputStream out) throws IOException, InterruptedException {
    JacksonMcpJsonMapper json = new JacksonMcpJsonMapper(JsonMapper.builder().build());
    RunTaskTool tool = new RunTaskTool(agent, caller, limits);
    StdioConnection connection = new StdioConnection(json, out, limits, tool::cancel);
    String version = McpStdioServer.class.getPackage().getImplementationVersion();
    McpAsyncServer server =
        McpServer.async(connection)
            .jsonMapper(json)
            .jsonSchemaValidator(new DefaultJsonSchemaValidator())
            .serverInfo("stellwerk", version == null ? "development" : version)
            .capabilities(McpSchema.ServerCapabilities.builder().tools(false).build())
            .tools(tool.specification(json))
            .build();
    try {
      connection.serve(in);
    } finally {
      tool.stop();
      server.close();
    }
  }
}
