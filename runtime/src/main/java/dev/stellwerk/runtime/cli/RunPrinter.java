package dev.stellwerk.runtime.cli;

import dev.stellwerk.runtime.agent.RunEvent;
import dev.stellwerk.runtime.agent.RunEvent.Outcome;
import dev.stellwerk.runtime.chat.TurnEvent;

/// Shows a run to a person: tool calls and what came of them on standard error, the answer on
/// standard output.
final class RunPrinter {
  private static final int LINE_CHARS_MAX = 100;

  private final Terminal terminal;
  private final Progress progress;
  private final StringBuilder turnText = new StringBuilder();
  private boolean streamed;

  RunPrinter(Terminal terminal, Progress progress) {
    this.terminal = terminal;
    this.progress = progress;
  }

  /// Called on the run's thread.
  void progress(TurnEvent event) {
    switch (event) {
      case TurnEvent.Reading(int done, int total) ->
          progress.show("reading the prompt, " + done + " of " + total + " tokens");
      case TurnEvent.Reasoning _ -> progress.show("thinking");
      case TurnEvent.CallNamed(_, String name) -> progress.show("writing a call of " + name);
      case TurnEvent.Text _ -> progress.clear();
    }
  }

  void event(RunEvent event) {
    switch (event) {
      case RunEvent.Started _ -> progress.show("waiting for the model");
      case RunEvent.TextDelta(_, String text) -> text(text);
      case RunEvent.ToolsRequested _ -> endLine();
      case RunEvent.ToolStarting starting -> {
        note(
            terminal.green("→ " + starting.call().tool())
                + " "
                + terminal.dim(oneLine(starting.call().arguments().toString())));
        progress.show("waiting for " + starting.call().tool());
      }
      case RunEvent.ToolsFinished finished -> finished.outcomes().forEach(this::outcome);
      case RunEvent.Completed completed -> completed(completed);
      case RunEvent.Stopped stopped -> {
        endLine();
        note(terminal.red("stellwerk:") + " no answer: " + stopped.message());
      }
    }
  }

  private void text(String text) {
    turnText.append(text);
    if (terminal.outIsPerson()) {
      progress.clear();
      terminal.out().print(text);
      terminal.out().flush();
      streamed = true;
    }
  }

  private void outcome(Outcome outcome) {
    long lines = outcome.text().lines().count();
    String shown =
        !outcome.succeeded() || lines == 1
            ? oneLine(outcome.text())
            : lines == 0 ? "(nothing)" : lines + " lines";
    note(
        outcome.succeeded()
            ? terminal.dim("← " + shown)
            : terminal.red("← ") + terminal.dim(shown));
    progress.show("reading the results");
  }

  private void completed(RunEvent.Completed completed) {
    if (streamed) {
      endLine();
    } else {
      progress.clear();
      terminal.out().println(completed.text());
    }
  }

  private void endLine() {
    progress.clear();
    if (streamed && !turnText.isEmpty() && turnText.charAt(turnText.length() - 1) != '\n') {
      terminal.out().println();
    }
    turnText.setLength(0);
    streamed = false;
  }

  private void note(String line) {
    progress.clear();
    terminal.err().println(line);
  }

  private static String oneLine(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= LINE_CHARS_MAX ? line : line.substring(0, LINE_CHARS_MAX - 1) + "…";
  }
}
