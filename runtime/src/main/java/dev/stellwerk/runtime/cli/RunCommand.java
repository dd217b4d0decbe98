package dev.stellwerk.runtime.cli;

import dev.stellwerk.runtime.agent.AgentRun;
import dev.stellwerk.runtime.agent.Recorded;
import dev.stellwerk.runtime.agent.RunCursor;
import dev.stellwerk.runtime.agent.RunEvent;
import dev.stellwerk.runtime.agent.StopReason;
import dev.stellwerk.runtime.config.Assembly;
import dev.stellwerk.runtime.config.StellwerkConfig;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.RunId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `run`: one request, one answer.
@Command(
    name = "run",
    description =
        "Carry out one request: the answer on standard output, tool calls on standard error.")
final class RunCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofSeconds(1);

  private final Workplace workplace;

  @Parameters(paramLabel = "REQUEST", arity = "1..*", description = "What to do, in plain words.")
  List<String> words = List.of();

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin ToolOptions tools = new ToolOptions();
  @Mixin RunOptions run = new RunOptions();

  @Option(
      names = "--json",
      description = "One event a line on standard output, the run's final state last.")
  boolean json;

  RunCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() throws InterruptedException {
    String request = String.join(" ", words).strip();
    if (request.isEmpty()) {
      throw new CliException(ExitCode.USAGE, "the request is empty");
    }
    StellwerkConfig config = workplace.config(model, tools, run.flags());
    Terminal terminal = workplace.terminal();
    try (Progress progress = new Progress(terminal)) {
      RunPrinter printer = new RunPrinter(terminal, progress);
      progress.show(Progress.LOADING);
      try (Assembly assembly =
          Assembly.command(
              config,
              Workplace.home(),
              new PersonApproves(terminal, run.yes, progress),
              json ? _ -> {} : printer::progress,
              progress.loading())) {
        AgentRun made =
            assembly
                .defaults()
                .run(Caller.LOCAL, UUID.randomUUID().toString(), AgentTask.of(request));
        RunId id = assembly.service().submit(made);
        try (var _ = Interrupts.cancel(assembly.service())) {
          return follow(assembly, id, printer);
        }
      }
    }
  }

  private int follow(Assembly assembly, RunId id, RunPrinter printer) throws InterruptedException {
    JsonPrinter lines = new JsonPrinter(workplace.terminal());
    RunCursor cursor = assembly.service().cursor(Caller.LOCAL, id, 0);
    int exitCode = ExitCode.RUN_STOPPED;
    while (!cursor.ended()) {
      Optional<Recorded> next = cursor.next(POLL);
      if (next.isEmpty()) {
        continue;
      }
      if (json) {
        lines.event(next.get());
      } else {
        printer.event(next.get().event());
      }
      exitCode = exitCode(next.get().event());
    }
    if (json) {
      assembly.service().find(Caller.LOCAL, id).ifPresent(lines::state);
    }
    return exitCode;
  }

  /// The code that the last event stands for.
  static int exitCode(RunEvent event) {
    return switch (event) {
      case RunEvent.Completed _ -> ExitCode.DONE;
      case RunEvent.Stopped stopped when stopped.reason() == StopReason.CANCELLED ->
          ExitCode.INTERRUPTED;
      case RunEvent.Stopped stopped when stopped.reason() == StopReason.INTERNAL ->
          ExitCode.INTERNAL;
      default -> ExitCode.RUN_STOPPED;
    };
  }
}
