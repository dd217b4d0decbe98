package dev.stellwerk.runtime.cli;

import dev.stellwerk.tools.Approver;
import dev.stellwerk.tools.Tool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Asks the person at the terminal. Without one the answer is no, unless `--yes` said otherwise.
final class PersonApproves implements Approver {
  private final Terminal terminal;
  private final BufferedReader answers;
  private final boolean yes;
  private final Progress progress;

  /// Asks over a reader that others read from as well.
  PersonApproves(Terminal terminal, BufferedReader answers, boolean yes, Progress progress) {
    this.terminal = terminal;
    this.answers = answers;
    this.yes = yes;
    this.progress = progress;
  }

  /// Asks over standard input.
  PersonApproves(Terminal terminal, boolean yes, Progress progress) {
    this(
        terminal,
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8)),
        yes,
        progress);
  }

  @Override
  public synchronized boolean approve(Request request) {
    if (yes) {
      return true;
    }
    if (!terminal.inputIsPerson() || !terminal.errIsPerson()) {
      return false;
    }
    Tool.Call call = request.call();
    progress.clear();
    terminal.err().print("Allow " + call.tool() + " " + call.arguments() + "? [y/N] ");
    terminal.err().flush();
    try {
      String answer = answers.readLine();
      return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    } catch (IOException e) {
      return false;
    }
  }
}
