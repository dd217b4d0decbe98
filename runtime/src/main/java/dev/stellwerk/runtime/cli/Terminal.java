package dev.stellwerk.runtime.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Where a command reads and writes, and whether a person is there.
///
/// @param inputIsPerson standard input is a terminal
/// @param outIsPerson standard output is a terminal
/// @param errIsPerson standard error is a terminal
/// @param colours whether to use them
record Terminal(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean inputIsPerson,
    boolean outIsPerson,
    boolean errIsPerson,
    boolean colours) {
  private static final String RESET = "\u001b[0m";

  /// The process's own streams.
  static Terminal system(Map<String, String> environment) {
    boolean err = isTerminal(2);
    boolean plain =
        !environment.getOrDefault("NO_COLOR", "").isEmpty()
            || environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Terminal(
        System.in,
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        isTerminal(0),
        isTerminal(1),
        err,
        err && !plain);
  }

  /// A writer over one of the streams.
  PrintWriter printer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  String dim(String text) {
    return colours ? "\u001b[2m" + text + RESET : text;
  }

  String green(String text) {
    return colours ? "\u001b[32m" + text + RESET : text;
  }

  String red(String text) {
    return colours ? "\u001b[31m" + text + RESET : text;
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /// The JDK knows only whether input and output are terminals both; the kernel knows each.
  @SuppressWarnings("NullAway") // the console is never null since JDK 22
  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return System.console().isTerminal();
    }
  }
}
