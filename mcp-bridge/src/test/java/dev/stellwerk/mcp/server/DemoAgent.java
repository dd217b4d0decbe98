package dev.stellwerk.mcp.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.stellwerk.tools.agent.AgentEvent;
import dev.stellwerk.tools.agent.AgentPort;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.EventCursor;
import dev.stellwerk.tools.agent.OverloadedException;
import dev.stellwerk.tools.agent.Page;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.Reply;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// An agent in memory that pretends one tool call and echoes its request. "wait" runs until it is
/// cancelled, "fail" fails, "busy" is not admitted, "approve" and "ask" need somebody.
final class DemoAgent implements AgentPort {
  private static final Instant NOW = Instant.parse("2026-11-23T20:00:00Z");

  final Map<RunId, String> requests = new ConcurrentHashMap<>();
  private final Map<RunId, BlockingQueue<AgentEvent>> events = new ConcurrentHashMap<>();
  private final Map<String, RunId> keys = new ConcurrentHashMap<>();

  @Override
  public RunId submit(Caller caller, String key, AgentTask task) {
    if (task.request().equals("busy")) {
      throw new OverloadedException("full", Duration.ofSeconds(2));
    }
    return keys.computeIfAbsent(key, absent -> begin(task.request()));
  }

  private RunId begin(String request) {
    RunId run = new RunId("run-" + (requests.size() + 1));
    requests.put(run, request);
    BlockingQueue<AgentEvent> queue = new LinkedBlockingQueue<>();
    events.put(run, queue);
    switch (request) {
      case "wait" -> {}
      case "approve" -> queue.add(new AgentEvent.InputNeeded(1, "r1", "delete all?", true));
      case "ask" -> queue.add(new AgentEvent.InputNeeded(1, "r1", "which one?", false));
      case "fail" -> queue.add(ended(run, RunState.Status.FAILED, "it broke"));
      default -> {
        queue.add(
            new AgentEvent.ToolStarted(
                1, "c1", "calculate", JsonNodeFactory.instance.objectNode()));
        queue.add(new AgentEvent.ToolFinished(2, "c1", "calculate", true, "391"));
        queue.add(new AgentEvent.TextDelta(3, "You said: "));
        queue.add(ended(run, RunState.Status.COMPLETED, "You said: " + request));
      }
    }
    return run;
  }

  @Override
  public EventCursor follow(Caller caller, RunId run, long after) {
    return new EventCursor() {
      @Override
      public Optional<AgentEvent> next(Duration timeout) throws InterruptedException {
        return Optional.ofNullable(queue(run).poll(timeout.toMillis(), TimeUnit.MILLISECONDS));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void answer(Caller caller, RunId run, String requestId, Reply reply) {
    queue(run).add(ended(run, RunState.Status.COMPLETED, requestId + " got " + reply));
  }

  @Override
  public void cancel(Caller caller, RunId run) {
    queue(run).add(ended(run, RunState.Status.CANCELLED, ""));
    requests.put(run, "cancelled");
  }

  @Override
  public Optional<RunState> get(Caller caller, RunId run) {
    return Optional.empty();
  }

  @Override
  public Page<RunState> list(Caller caller, Query query) {
    return new Page<>(List.of(), "");
  }

  private BlockingQueue<AgentEvent> queue(RunId run) {
    BlockingQueue<AgentEvent> queue = events.get(run);
    if (queue == null) {
      throw new IllegalStateException("no " + run);
    }
    return queue;
  }

  private static AgentEvent ended(RunId run, RunState.Status status, String text) {
    return new AgentEvent.Ended(4, new RunState(run, status, "r", "", text, NOW, NOW, 4, "exact"));
  }
}
