package dev.stellwerk.runtime.agent;

import dev.stellwerk.tools.agent.OverloadedException;
import dev.stellwerk.tools.agent.RunId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// The runs of this process: how many run, how many wait, and how one is stopped.
///
/// One virtual thread a run. To stop a run is to interrupt its thread.
public final class RunRegistry implements AutoCloseable {
  /// How many runs there may be.
  ///
  /// @param runningMax runs at the same time
  /// @param waitingMax runs that may wait for their turn; more are refused
  /// @param retryAfter what a refused caller is told
  public record Bounds(int runningMax, int waitingMax, Duration retryAfter) {
    public Bounds {
      if (runningMax < 1 || waitingMax < 0) {
        throw new IllegalArgumentException(
            "runningMax " + runningMax + ", waitingMax " + waitingMax);
      }
    }
  }

  /// A place in the registry, given back when its run has ended.
  public final class Ticket {
    private final AtomicReference<StopReason> stopReason = new AtomicReference<>();

    private Ticket() {}

    /// Why the run's thread was interrupted.
    StopReason stopReason() {
      StopReason reason = stopReason.get();
      return reason == null ? StopReason.CANCELLED : reason;
    }

    /// Gives the place back without having run.
    void release() {
      admission.release();
    }
  }

  private record Active(Ticket ticket, Thread thread) {}

  private final Bounds bounds;
  private final Semaphore admission;
  private final Semaphore running;
  private final ConcurrentHashMap<RunId, Active> active = new ConcurrentHashMap<>();

  public RunRegistry(Bounds bounds) {
    this.bounds = bounds;
    this.admission = new Semaphore(bounds.runningMax() + bounds.waitingMax());
    this.running = new Semaphore(bounds.runningMax(), true);
  }

  /// Takes a place.
  ///
  /// @throws OverloadedException when all are taken
  Ticket admit() {
    if (!admission.tryAcquire()) {
      throw new OverloadedException(
          bounds.runningMax()
              + " runs are at work and "
              + bounds.waitingMax()
              + " wait; try again later",
          bounds.retryAfter());
    }
    return new Ticket();
  }

  /// Starts a run on its own thread as soon as one of the running ones makes room.
  ///
  /// @param body told on that thread; an interrupt that arrived while the run was waiting is
  ///   pending
  void start(RunId run, Ticket ticket, long wallMillisMax, Consumer<Ticket> body) {
    Thread thread =
        Thread.ofVirtual()
            .name("run-" + run)
            .unstarted(() -> work(run, ticket, wallMillisMax, body));
    active.put(run, new Active(ticket, thread));
    thread.start();
  }

  /// Interrupts a run. Does nothing when it has ended.
  public void stop(RunId run, StopReason reason) {
    Active found = active.get(run);
    if (found != null && found.ticket.stopReason.compareAndSet(null, reason)) {
      found.thread.interrupt();
    }
  }

  /// How many runs are at work or wait.
  public int size() {
    return active.size();
  }

  /// Whether another run would be admitted now.
  public boolean hasRoom() {
    return admission.availablePermits() > 0;
  }

  /// Stops all runs and waits for them.
  @Override
  public void close() {
    for (RunId run : active.keySet()) {
      stop(run, StopReason.CANCELLED);
    }
    for (Active left : active.values()) {
      try {
        left.thread.join(CLOSE_MILLIS_MAX);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static final long CLOSE_MILLIS_MAX = 5_000;

  private void work(RunId run, Ticket ticket, long wallMillisMax, Consumer<Ticket> body) {
    boolean mayRun = false;
    try {
      running.acquire();
      mayRun = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    CompletableFuture<Void> alarm =
        CompletableFuture.runAsync(
            () -> stop(run, StopReason.TIME),
            CompletableFuture.delayedExecutor(wallMillisMax, TimeUnit.MILLISECONDS));
    try {
      body.accept(ticket);
    } finally {
      alarm.cancel(false);
      active.remove(run);
      if (mayRun) {
        running.release();
      }
      ticket.release();
    }
  }
}
