package dev.stellwerk.mcp.server;

import dev.stellwerk.tools.agent.AgentEvent;
import dev.stellwerk.tools.agent.AgentPort;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.EventCursor;
import dev.stellwerk.tools.agent.Reply;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One call of `run_task`: submits a run and follows it to its end. Knows nothing of MCP.
///
/// Nobody can be asked through this tool yet: an approval is refused, and a run that needs input is
/// cancelled, each said in plain words.
final class RunTask {
  private static final Duration POLL = Duration.ofMillis(250);

  /// A tool call that the run made.
  record Made(String tool, boolean succeeded) {}

  /// How the run ended; no state when it could not.
  record Outcome(Optional<RunState> state, String problem, List<Made> calls) {
    Outcome {
      calls = List.copyOf(calls);
    }
  }

  private final AgentPort agent;
  private final Caller caller;
  private final McpServerLimits limits;
  private final Consumer<String> progress;
  private final List<Made> calls = new ArrayList<>();
  private @Nullable RunId run;
  private boolean cancelled;
  private String problem = "";

  /// @param progress hears, in a few words, what the run does
  RunTask(AgentPort agent, Caller caller, McpServerLimits limits, Consumer<String> progress) {
    this.agent = agent;
    this.caller = caller;
    this.limits = limits;
    this.progress = progress;
  }

  /// Runs the task to its end and blocks meanwhile.
  ///
  /// @param key names this call; the same key is the same run
  /// @throws dev.stellwerk.tools.agent.OverloadedException when the agent takes no more
  Outcome run(String key, String request) throws InterruptedException {
    RunId id = submit(key, request);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limits.taskTimeoutMillis());
    try (EventCursor events = agent.follow(caller, id, 0)) {
      while (true) {
        Optional<AgentEvent> event = events.next(POLL);
        if (event.isPresent() && event.get() instanceof AgentEvent.Ended ended) {
          return new Outcome(Optional.of(ended.state()), problem, calls);
        }
        event.ifPresent(e -> happened(id, e));
        if (System.nanoTime() > deadline) {
          cancel();
          return new Outcome(Optional.empty(), "the task took too long and was cancelled", calls);
        }
      }
    } catch (InterruptedException e) {
      cancel();
      throw e;
    }
  }

  /// Asks the run to stop; one that is not submitted yet stops as soon as it is. Idempotent.
  void cancel() {
    RunId id;
    synchronized (this) {
      cancelled = true;
      id = run;
    }
    if (id != null) {
      agent.cancel(caller, id);
    }
  }

  private RunId submit(String key, String request) {
    RunId id = agent.submit(caller, key, AgentTask.of(request));
    boolean late;
    synchronized (this) {
      run = id;
      late = cancelled;
    }
    if (late) {
      agent.cancel(caller, id);
    }
    return id;
  }

  private void happened(RunId id, AgentEvent event) {
    switch (event) {
      case AgentEvent.TextDelta delta -> {}
      case AgentEvent.ToolStarted started -> progress.accept("calls " + started.tool());
      case AgentEvent.ToolFinished finished -> {
        if (calls.size() < limits.toolCallsMax()) {
          calls.add(new Made(finished.tool(), finished.succeeded()));
        }
        progress.accept(finished.tool() + (finished.succeeded() ? " succeeded" : " failed"));
      }
      case AgentEvent.InputNeeded needed -> asked(id, needed);
      case AgentEvent.Ended ended -> {}
    }
  }

  private void asked(RunId id, AgentEvent.InputNeeded needed) {
    if (needed.approval()) {
      agent.answer(caller, id, needed.requestId(), new Reply.Approval(false));
      progress.accept("refused an approval that nobody is here to give: " + needed.question());
    } else {
      problem = "the task needs an answer that run_task cannot pass on: " + needed.question();
      agent.cancel(caller, id);
    }
  }
}
