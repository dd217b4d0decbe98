package dev.stellwerk.runtime.store;

import dev.stellwerk.runtime.agent.JournalException;
import dev.stellwerk.tools.agent.RunId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How far the runs of this process have come, so that readers wait in memory and not on the disk.
final class LiveRuns {
  /// @param written the newest sequence number given out
  /// @param committed the newest one on disk
  private record Progress(long written, long committed) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ConcurrentHashMap<RunId, Progress> progress = new ConcurrentHashMap<>();

  void begin(RunId run) {
    resume(run, 0);
  }

  void resume(RunId run, long last) {
    progress.put(run, new Progress(last, last));
  }

  /// The next sequence number of a run.
  long next(RunId run) {
    Progress found = progress.get(run);
    if (found == null) {
      throw new JournalException("run " + run + " has ended");
    }
    return found.written() + 1;
  }

  void wrote(RunId run, long sequence) {
    progress.computeIfPresent(run, (_, old) -> new Progress(sequence, old.committed()));
  }

  void committed(RunId run, long sequence, boolean last) {
    if (last) {
      progress.remove(run);
    } else {
      progress.computeIfPresent(run, (_, old) -> new Progress(old.written(), sequence));
    }
    tell();
  }

  /// The run's last event could not be written: its readers must not wait for it.
  void lost(RunId run) {
    progress.remove(run);
    tell();
  }

  boolean await(RunId run, long after, Duration timeout) throws InterruptedException {
    long nanosLeft = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (true) {
        Progress found = progress.get(run);
        if (found == null || found.committed() > after) {
          return true;
        }
        if (nanosLeft <= 0) {
          return false;
        }
        nanosLeft = changed.awaitNanos(nanosLeft);
      }
    } finally {
      lock.unlock();
    }
  }

  private void tell() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
