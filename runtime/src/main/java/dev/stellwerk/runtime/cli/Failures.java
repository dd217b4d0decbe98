package dev.stellwerk.runtime.cli;

import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.runtime.agent.JournalException;
import dev.stellwerk.runtime.chat.ModelUnavailableException;
import dev.stellwerk.runtime.config.ConfigException;
import dev.stellwerk.runtime.hub.HubException;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/// Turns what went wrong into one line and an exit code.
final class Failures {
  private final Terminal terminal;
  private final GlobalOptions global;

  Failures(Terminal terminal, GlobalOptions global) {
    this.terminal = terminal;
    this.global = global;
  }

  int usage(CommandLine.ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    say(String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage"));
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, line.getErr())) {
      terminal.err().println("`" + line.getCommandSpec().qualifiedName() + " --help` shows how.");
    }
    return ExitCode.USAGE;
  }

  int execution(Exception e, CommandLine line, ParseResult parsed) {
    if (global.verbose) {
      e.printStackTrace(terminal.err());
    }
    return switch (e) {
      case CliException failed -> say(failed.exitCode(), failed);
      case ModelFileException failed -> say(ExitCode.MODEL, failed);
      case ModelUnavailableException failed -> say(ExitCode.MODEL, failed);
      case ConfigException failed -> say(ExitCode.SETUP, failed);
      case HubException failed -> say(ExitCode.PULL, failed);
      case JournalException failed -> say(ExitCode.SETUP, failed);
      case InterruptedException _ -> ExitCode.INTERRUPTED;
      default -> {
        say("internal error: " + e + (global.verbose ? "" : " (--verbose shows where)"));
        yield ExitCode.INTERNAL;
      }
    };
  }

  private int say(int exitCode, Exception e) {
    say(String.valueOf(e.getMessage()));
    return exitCode;
  }

  private void say(String message) {
    terminal.err().println(terminal.red("stellwerk:") + " " + message);
  }
}
