package dev.stellwerk.runtime.agent;

import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.runtime.store.H2Journal;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.RunId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// A service over a scripted model and scripted tools, with a journal on disk.
public final class Bench implements AutoCloseable {
  public static final RunLimits LIMITS = new RunLimits(6, 8, 10_000, 256, 30_000, 5_000, 1_000, 3);

  static final Query QUERY = new Query(Optional.empty(), Optional.empty(), "", 10);

  public final H2Journal journal;
  public final AgentService service;

  public Bench(Path directory, ScriptedChatModel model, ScriptedToolbox toolbox) {
    this(
        directory,
        model,
        toolbox,
        new RunRegistry.Bounds(2, 1, Duration.ofSeconds(2)),
        RunMetrics.none());
  }

  public Bench(
      Path directory,
      ScriptedChatModel model,
      ScriptedToolbox toolbox,
      RunRegistry.Bounds bounds,
      RunMetrics metrics) {
    InstantSource clock = InstantSource.system();
    this.journal =
        H2Journal.service(directory, 1_000, clock, () -> new RunId(UUID.randomUUID().toString()));
    this.service =
        new AgentService(
            new AgentLoop(model, toolbox, journal, clock, _ -> {}),
            journal,
            new RunRegistry(bounds),
            metrics);
  }

  public static AgentRun request(String text) {
    return request(text, LIMITS);
  }

  public static AgentRun request(String text, RunLimits limits) {
    return new AgentRun(
        Caller.LOCAL,
        UUID.randomUUID().toString(),
        AgentTask.of(text),
        List.of(),
        Sampling.GREEDY,
        limits);
  }

  /// Makes a run and returns all its events.
  public List<RunEvent> run(AgentRun run) throws InterruptedException {
    return events(service.submit(run));
  }

  /// All events of a run, once it has ended.
  public List<RunEvent> events(RunId run) throws InterruptedException {
    List<RunEvent> events = new ArrayList<>();
    RunCursor cursor = service.cursor(Caller.LOCAL, run, 0);
    while (!cursor.ended()) {
      Optional<Recorded> next = cursor.next(Duration.ofSeconds(20));
      if (next.isEmpty() && !cursor.ended()) {
        throw new AssertionError("the run did not end; so far: " + events);
      }
      next.ifPresent(recorded -> events.add(recorded.event()));
    }
    return events;
  }

  @Override
  public void close() {
    service.close();
    journal.close();
  }
}
