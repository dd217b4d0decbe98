package dev.stellwerk.runtime.agent;

import dev.stellwerk.tools.agent.RunId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/// A reader of a run's events. It reads from the journal at its own pace: a slow reader loses
/// nothing and slows nobody down.
///
/// Not thread-safe; one a reader.
public final class RunCursor {
  /// How many events are held for a reader at most.
  static final int BATCH_MAX = 128;

  private final Journal journal;
  private final RunId run;
  private final Queue<Recorded> batch = new ArrayDeque<>();
  private long after;
  private boolean ended;

  RunCursor(Journal journal, RunId run, long after) {
    this.journal = journal;
    this.run = run;
    this.after = after;
  }

  /// Whether nothing more will come.
  public boolean ended() {
    return ended;
  }

  /// The next event, or empty when none came in time or the run has ended.
  public Optional<Recorded> next(Duration timeout) throws InterruptedException {
    if (batch.isEmpty() && !fill(timeout)) {
      return Optional.empty();
    }
    Recorded next = batch.remove();
    after = next.sequence();
    ended = next.last();
    return Optional.of(next);
  }

  private boolean fill(Duration timeout) throws InterruptedException {
    if (ended || !journal.await(run, after, timeout)) {
      return false;
    }
    List<Recorded> read = journal.read(run, after, BATCH_MAX);
    batch.addAll(read);
    ended = read.isEmpty();
    return !ended;
  }
}
