package dev.stellwerk.runtime.cli;

import picocli.CommandLine.Command;

/// The verb that all others hang from.
@Command(
    name = "stellwerk",
    synopsisSubcommandLabel = "VERB",
    header = "An agent on this machine: a local model, and tools that it cannot call wrongly.",
    description = {
      "",
      "Start here:",
      "  stellwerk run \"What is 17 * 23?\"            one request, one answer",
      "  stellwerk run --root ~/notes \"Which files mention rent?\"",
      "  stellwerk chat                              a conversation",
      "  stellwerk run --mcp servers.json \"…\"        with the tools of MCP servers",
      "  stellwerk serve                             HTTP on 127.0.0.1:8080",
      "",
      "Verbs:"
    },
    commandListHeading = "",
    footer = {
      "",
      "`stellwerk VERB --help` shows a verb's options; docs/guides has more.",
      "`stellwerk test` builds everything and runs all tests."
    },
    exitCodeListHeading = "%nExit codes:%n")
final class StellwerkCommand implements Runnable {
  /// Called when no verb is given.
  @Override
  public void run() {
    throw new CliException(ExitCode.USAGE, "which verb? `stellwerk --help` lists them");
  }
}
