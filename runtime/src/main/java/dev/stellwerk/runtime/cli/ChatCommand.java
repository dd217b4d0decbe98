package dev.stellwerk.runtime.cli;

import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.runtime.agent.AgentRun;
import dev.stellwerk.runtime.agent.Recorded;
import dev.stellwerk.runtime.agent.RunCursor;
import dev.stellwerk.runtime.agent.RunDefaults;
import dev.stellwerk.runtime.agent.RunEvent;
import dev.stellwerk.runtime.config.Assembly;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.RunId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `chat`: a conversation; each line is a request that knows the ones before it.
@Command(
    name = "chat",
    description = "Talk: one request a line; an empty line or Ctrl-D ends it, /new starts over.")
final class ChatCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofSeconds(1);

  private final Workplace workplace;

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin ToolOptions tools = new ToolOptions();
  @Mixin RunOptions run = new RunOptions();

  ChatCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() throws InterruptedException {
    Terminal terminal = workplace.terminal();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
    try (Progress progress = new Progress(terminal)) {
      RunPrinter printer = new RunPrinter(terminal, progress);
      progress.show(Progress.LOADING);
      try (Assembly assembly =
              Assembly.command(
                  workplace.config(model, tools, run.flags()),
                  Workplace.home(),
                  new PersonApproves(terminal, lines, run.yes, progress),
                  printer::progress,
                  progress.loading());
          var _ = Interrupts.cancel(assembly.service())) {
        progress.clear();
        talk(assembly, lines, printer);
      }
    }
    return ExitCode.DONE;
  }

  private void talk(Assembly assembly, BufferedReader lines, RunPrinter printer)
      throws InterruptedException {
    RunDefaults defaults = assembly.defaults();
    // Runs of one context go on with one conversation: what was said is not read again.
    String context = UUID.randomUUID().toString();
    List<ChatMessage> history = new ArrayList<>(defaults.opening());
    Optional<String> request = ask(lines);
    while (request.isPresent()) {
      if (request.get().equals("/new")) {
        history = new ArrayList<>(defaults.opening());
      } else {
        Optional<String> answer = answer(assembly, context, history, request.get(), printer);
        if (answer.isPresent()) {
          history.add(new ChatMessage.User(request.get()));
          history.add(new ChatMessage.Assistant(answer.get(), List.of()));
        }
      }
      request = ask(lines);
    }
  }

  private Optional<String> ask(BufferedReader lines) {
    if (workplace.terminal().inputIsPerson()) {
      workplace.terminal().err().print("> ");
      workplace.terminal().err().flush();
    }
    try {
      return Optional.ofNullable(lines.readLine()).map(String::strip).filter(l -> !l.isEmpty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> answer(
      Assembly assembly,
      String context,
      List<ChatMessage> history,
      String request,
      RunPrinter printer)
      throws InterruptedException {
    AgentRun made =
        new AgentRun(
            Caller.LOCAL,
            UUID.randomUUID().toString(),
            new AgentTask(request, context, List.of()),
            history,
            assembly.defaults().sampling(),
            assembly.defaults().limits());
    RunId id = assembly.service().submit(made);
    RunCursor cursor = assembly.service().cursor(Caller.LOCAL, id, 0);
    Optional<String> answer = Optional.empty();
    while (!cursor.ended()) {
      Optional<Recorded> next = cursor.next(POLL);
      next.ifPresent(recorded -> printer.event(recorded.event()));
      if (next.isPresent() && next.get().event() instanceof RunEvent.Completed completed) {
        answer = Optional.of(completed.text());
      }
    }
    return answer;
  }
}
