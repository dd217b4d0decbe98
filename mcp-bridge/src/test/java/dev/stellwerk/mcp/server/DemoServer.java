package dev.stellwerk.mcp.server;

import dev.stellwerk.tools.agent.Caller;
import java.io.PrintStream;

/// The server as a process of its own, over the demo agent, for real clients.
public final class DemoServer {
  private DemoServer() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream protocol = System.out;
    System.setOut(System.err);
    System.out.println("a stray line that must not reach the client");
    new McpStdioServer(new DemoAgent(), Caller.LOCAL, McpServerLimits.DEFAULT)
        .serve(System.in, protocol);
  }
}
