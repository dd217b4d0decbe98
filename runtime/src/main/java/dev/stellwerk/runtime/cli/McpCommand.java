package dev.stellwerk.runtime.cli;

import dev.stellwerk.inference.engine.LoadProgress;
import dev.stellwerk.mcp.server.McpServerLimits;
import dev.stellwerk.mcp.server.McpStdioServer;
import dev.stellwerk.runtime.config.Assembly;
import dev.stellwerk.tools.Approver;
import dev.stellwerk.tools.agent.Caller;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `mcp`: the agent as an MCP server.
@Command(
    name = "mcp",
    description =
        "Serve the agent to an MCP client over standard input and output (tool run_task).")
final class McpCommand implements Callable<Integer> {
  private final Workplace workplace;

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin ToolOptions tools = new ToolOptions();

  McpCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() throws InterruptedException {
    Terminal terminal = workplace.terminal();
    // Standard output carries the protocol: a stray line from anywhere would break it.
    System.setOut(terminal.err());
    try (Assembly assembly =
        Assembly.command(
            workplace.config(model, tools, Map.of()),
            Workplace.home(),
            Approver.NOBODY,
            _ -> {},
            LoadProgress.NONE)) {
      new McpStdioServer(assembly.port(), Caller.LOCAL, McpServerLimits.DEFAULT)
          .serve(terminal.in(), terminal.out());
    } catch (IOException e) {
      throw new CliException(ExitCode.SETUP, "the MCP client is gone: " + e.getMessage());
    }
    return ExitCode.DONE;
  }
}
