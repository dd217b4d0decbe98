package dev.stellwerk.tools;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// One call on its own thread, which can be abandoned: the thread is interrupted, its place is
/// given to another call at once, and if it ignores the interruption it is counted until it ends.
///
/// ```
/// QUEUED ──place──▶ RUNNING ──▶ DONE
///    └──────abandon──────┴────▶ ABANDONED
/// ```
final class RunningCall {
  private enum State {
    QUEUED,
    RUNNING,
    DONE,
    ABANDONED
  }

  private final SourceCall body;
  private final Semaphore places;
  private final AtomicInteger abandoned;
  private final long deadlineNanos;
  private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
  private final CompletableFuture<Tool.Result> outcome = new CompletableFuture<>();
  private final Thread thread;

  /// @param places how many calls may still start
  /// @param abandoned counts the calls that were given up and have not ended
  /// @param deadlineNanos on [System#nanoTime]
  RunningCall(
      SourceCall body,
      Semaphore places,
      AtomicInteger abandoned,
      long deadlineNanos,
      ThreadFactory threads) {
    this.body = body;
    this.places = places;
    this.abandoned = abandoned;
    this.deadlineNanos = deadlineNanos;
    this.thread = threads.newThread(this::run);
  }

  RunningCall start() {
    thread.start();
    return this;
  }

  private void run() {
    if (!takePlace()) {
      return;
    }
    try {
      outcome.complete(body.run());
    } finally {
      if (state.compareAndSet(State.RUNNING, State.DONE)) {
        places.release();
      } else {
        abandoned.decrementAndGet();
      }
    }
  }

  private boolean takePlace() {
    try {
      if (!places.tryAcquire(left(), TimeUnit.NANOSECONDS)) {
        return false; // the waiting side sees the same deadline
      }
    } catch (InterruptedException e) {
      return false; // abandoned while waiting; the thread ends here
    }
    if (state.compareAndSet(State.QUEUED, State.RUNNING)) {
      return true;
    }
    places.release();
    return false;
  }

  /// The result, or a failure once the deadline has passed; the call is then abandoned.
  Tool.Result await() throws InterruptedException {
    try {
      return outcome.get(left(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      abandon();
      return body.timedOut();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a source call has no exceptional end", e);
    }
  }

  /// Gives the call up. Idempotent; does nothing to a call that has ended.
  void abandon() {
    if (outcome.isDone()) {
      return; // its thread is on the way out and must not be counted as hanging
    }
    if (!state.compareAndSet(State.QUEUED, State.ABANDONED)) {
      abandoned.incrementAndGet(); // before the state changes, so that the call's end finds it
      if (state.compareAndSet(State.RUNNING, State.ABANDONED)) {
        places.release();
      } else {
        abandoned.decrementAndGet();
      }
    }
    thread.interrupt();
  }

  private long left() {
    return Math.max(0, deadlineNanos - System.nanoTime());
  }
}
