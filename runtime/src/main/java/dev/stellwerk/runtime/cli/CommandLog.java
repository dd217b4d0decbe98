package dev.stellwerk.runtime.cli;

import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Logging of commands that do not boot Quarkus: to standard error, warnings only unless more is
/// wanted. Standard output belongs to the answer.
final class CommandLog {
  private CommandLog() {}

  static void configure(Terminal terminal, boolean verbose) {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.addHandler(new Lines(terminal, verbose));
    root.setLevel(Level.WARNING);
    Logger.getLogger("dev.stellwerk").setLevel(verbose ? Level.FINE : Level.WARNING);
    // It warns of every H2 that is newer than itself.
    Logger.getLogger("org.flywaydb").setLevel(Level.SEVERE);
  }

  private static final class Lines extends Handler {
    private final Terminal terminal;
    private final boolean verbose;
    private final Formatter formatter =
        new Formatter() {
          @Override
          public String format(LogRecord line) {
            return formatMessage(line);
          }
        };

    Lines(Terminal terminal, boolean verbose) {
      this.terminal = terminal;
      this.verbose = verbose;
    }

    @Override
    public void publish(LogRecord line) {
      String level = line.getLevel().intValue() >= Level.SEVERE.intValue() ? "error: " : "";
      terminal.err().println(terminal.dim("stellwerk: " + level + formatter.format(line)));
      if (verbose && line.getThrown() != null) {
        line.getThrown().printStackTrace(terminal.err());
      }
    }

    @Override
    public void flush() {
      terminal.err().flush();
    }

    @Override
    public void close() {}
  }
}
