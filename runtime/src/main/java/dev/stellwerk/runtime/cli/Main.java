package dev.stellwerk.runtime.cli;

import dev.stellwerk.runtime.config.Version;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/// Where the process starts.
///
/// The verb is parsed before anything else; only `serve` boots Quarkus. A command that answers one
/// request must not pay for an HTTP server and a container: 0.2 s against 1.4 s.
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String... args) {
    System.exit(run(Terminal.system(System.getenv()), args));
  }

  /// Runs a command line and returns its exit code.
  static int run(Terminal terminal, String... args) {
    GlobalOptions global = new GlobalOptions();
    Failures failures = new Failures(terminal, global);
    CommandLine line = new Commands(terminal, global).line(global, args);
    line.setOut(terminal.printer(terminal.out()));
    line.setErr(terminal.printer(terminal.err()));
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            terminal.colours() && terminal.outIsPerson() ? Ansi.ON : Ansi.OFF));
    line.setUsageHelpAutoWidth(true);
    line.setParameterExceptionHandler(failures::usage);
    line.setExecutionExceptionHandler(failures::execution);
    line.getCommandSpec().usageMessage().exitCodeList(exitCodes());
    line.getCommandSpec().versionProvider(() -> new String[] {"stellwerk " + Version.current()});
    return line.execute(args);
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (String line : ExitCode.LIST) {
      int colon = line.indexOf(':');
      codes.put("%3s".formatted(line.substring(0, colon)), line.substring(colon + 1));
    }
    return codes;
  }
}
