package dev.stellwerk.a2a;

import dev.stellwerk.tools.agent.AgentEvent;
import dev.stellwerk.tools.agent.AgentPort;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.EventCursor;
import dev.stellwerk.tools.agent.Page;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.Reply;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import dev.stellwerk.tools.agent.RunState.Status;
import dev.stellwerk.tools.agent.UnknownRunException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An agent in memory: answers `echo: <request>` at once, waits for ever on "wait", asks on "ask",
/// fails on "fail".
final class EchoAgent implements AgentPort {
  private static final Instant NOW = Instant.parse("2026-11-23T20:00:00.120Z");

  private final Map<String, RunId> byKey = new HashMap<>();
  private final Map<RunId, Caller> owners = new HashMap<>();
  private final Map<RunId, RunState> runs = new HashMap<>();
  final List<AgentTask> tasks = new ArrayList<>();

  @Override
  public synchronized RunId submit(Caller caller, String key, AgentTask task) {
    return byKey.computeIfAbsent(
        caller.name() + "/" + key,
        absent -> {
          tasks.add(task);
          RunId id = new RunId("run-" + tasks.size());
          owners.put(id, caller);
          switch (task.request()) {
            case "wait" -> put(id, task, Status.WORKING, "");
            case "ask" -> put(id, task, Status.INPUT_NEEDED, "which one?");
            case "fail" -> put(id, task, Status.FAILED, "it broke");
            default -> put(id, task, Status.COMPLETED, "echo: " + task.request());
          }
          return id;
        });
  }

  private void put(RunId id, AgentTask task, Status status, String text) {
    runs.put(
        id, new RunState(id, status, task.request(), task.contextId(), text, NOW, NOW, 1, "exact"));
    notifyAll();
  }

  @Override
  public EventCursor follow(Caller caller, RunId run, long after) {
    RunState seen = get(caller, run).orElseThrow(() -> new UnknownRunException(run));
    return new EventCursor() {
      private boolean asked = seen.status() == Status.INPUT_NEEDED && after == 0;

      @Override
      public Optional<AgentEvent> next(Duration timeout) throws InterruptedException {
        if (asked) {
          asked = false;
          return Optional.of(new AgentEvent.InputNeeded(1, "request-1", "which one?", false));
        }
        synchronized (EchoAgent.this) {
          long end = System.nanoTime() + timeout.toNanos();
          while (seen.equals(runs.get(run))) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
              return Optional.empty();
            }
            EchoAgent.this.wait(left);
          }
          RunState now = runs.get(run);
          return now == null ? Optional.empty() : Optional.of(new AgentEvent.Ended(2, now));
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public synchronized void answer(Caller caller, RunId run, String requestId, Reply reply) {
    if (!requestId.equals("request-1") || !(reply instanceof Reply.Input input)) {
      throw new IllegalArgumentException("unexpected answer to " + requestId);
    }
    put(run, AgentTask.of("ask"), Status.COMPLETED, "answered: " + input.text());
  }

  @Override
  public synchronized void cancel(Caller caller, RunId run) {
    RunState state = get(caller, run).orElseThrow(() -> new UnknownRunException(run));
    put(run, new AgentTask(state.request(), state.contextId(), List.of()), Status.CANCELLED, "");
  }

  @Override
  public synchronized Optional<RunState> get(Caller caller, RunId run) {
    return Optional.ofNullable(runs.get(run)).filter(state -> caller.equals(owners.get(run)));
  }

  @Override
  public synchronized Page<RunState> list(Caller caller, Query query) {
    return new Page<>(
        runs.values().stream().filter(state -> caller.equals(owners.get(state.id()))).toList(), "");
  }
}
