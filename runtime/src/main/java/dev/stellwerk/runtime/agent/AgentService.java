package dev.stellwerk.runtime.agent;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.Page;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import dev.stellwerk.tools.agent.UnknownRunException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/// Starts runs, and lets any number of readers follow them.
public final class AgentService implements AutoCloseable {
  private static final Executor READERS = task -> Thread.ofVirtual().name("run-reader").start(task);

  /// How long a reader waits at a time before it looks whether it is still wanted.
  private static final Duration POLL = Duration.ofSeconds(1);

  private final AgentLoop loop;
  private final Journal journal;
  private final RunRegistry registry;
  private final RunMetrics metrics;

  public AgentService(AgentLoop loop, Journal journal, RunRegistry registry, RunMetrics metrics) {
    this.loop = requireNonNull(loop, "loop");
    this.journal = requireNonNull(journal, "journal");
    this.registry = requireNonNull(registry, "registry");
    this.metrics = requireNonNull(metrics, "metrics");
  }

  /// Starts a run, or finds the one that the caller already started under this key. On disk when it
  /// returns.
  ///
  /// @throws dev.stellwerk.tools.agent.OverloadedException when too many runs wait
  public RunId submit(AgentRun run) {
    Optional<RunId> earlier = journal.findKey(run.caller(), run.key());
    if (earlier.isPresent()) {
      return earlier.get();
    }
    RunRegistry.Ticket ticket = registry.admit();
    boolean started = false;
    try {
      Journal.Opened opened = journal.open(run.caller(), run.key(), run.task());
      if (opened.created()) {
        registry.start(
            opened.run(),
            ticket,
            run.limits().wallMillisMax(),
            held -> metrics.ended(loop.run(opened.run(), run, held::stopReason)));
        started = true;
      }
      return opened.run();
    } finally {
      if (!started) {
        ticket.release();
      }
    }
  }

  /// Starts a run and delivers its events, at the speed at which they are asked for.
  public Multi<RunEvent> run(AgentRun run) {
    return Multi.createFrom()
        .deferred(() -> follow(run.caller(), submit(run), 0).map(Recorded::event));
  }

  /// A run's events after a sequence number, at the speed at which they are asked for. Ends with
  /// the run. A reader who goes away loses only his place, and can come back for it.
  ///
  /// @throws UnknownRunException when the caller has no such run
  public Multi<Recorded> follow(Caller caller, RunId run, long after) {
    RunCursor cursor = cursor(caller, run, after);
    return Multi.createBy()
        .repeating()
        .uni(() -> Uni.createFrom().item(() -> poll(cursor)).runSubscriptionOn(READERS))
        .whilst(_ -> !cursor.ended())
        .filter(Optional::isPresent)
        .map(Optional::get);
  }

  /// A blocking reader of a run's events after a sequence number.
  ///
  /// @throws UnknownRunException when the caller has no such run
  public RunCursor cursor(Caller caller, RunId run, long after) {
    if (journal.find(caller, run).isEmpty()) {
      throw new UnknownRunException(run);
    }
    return new RunCursor(journal, run, after);
  }

  /// Asks a run to stop. Does nothing when it has ended.
  ///
  /// @throws UnknownRunException when the caller has no such run
  public void cancel(Caller caller, RunId run) {
    if (journal.find(caller, run).isEmpty()) {
      throw new UnknownRunException(run);
    }
    registry.stop(run, StopReason.CANCELLED);
  }

  /// How many runs are at work or wait.
  public int active() {
    return registry.size();
  }

  /// Whether another run would be admitted now.
  public boolean hasRoom() {
    return registry.hasRoom();
  }

  public Optional<RunState> find(Caller caller, RunId run) {
    return journal.find(caller, run);
  }

  public Page<RunState> list(Caller caller, Query query) {
    return journal.list(caller, query);
  }

  /// Stops all runs and waits for them to write their last events.
  @Override
  public void close() {
    registry.close();
    loop.close();
  }

  private static Optional<Recorded> poll(RunCursor cursor) {
    try {
      return cursor.next(POLL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
