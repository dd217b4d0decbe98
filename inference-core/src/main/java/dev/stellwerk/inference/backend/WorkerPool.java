package dev.stellwerk.inference.backend;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A fixed set of threads that share the items of one task at a time; the caller is worker 0.
///
/// Between tasks a worker spins for a moment, because the next task of a forward pass is
/// microseconds away, and then parks. Running a task allocates nothing.
///
/// ```
/// state: | task number | items left |   one atomic long, so that a late worker cannot claim
///          32 bits       32 bits        an item of a task that it does not know
/// ```
public final class WorkerPool implements AutoCloseable {
  private static final long SPIN_NANOS = 20_000;
  private static final long PARK_NANOS = 50_000_000;
  private static final int SPINS_A_CLOCK_READ = 64;

  /// What the workers do; called for each item once, by any worker.
  public interface Task {
    void run(int item, int worker);
  }

  private final Worker[] workers;
  private final AtomicLong state = new AtomicLong();
  private final AtomicInteger done = new AtomicInteger();
  private @Nullable Task task; // written before `state`, read after
  private int items; // of the task; written before `state`, read after
  private int number;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Thread waiting; // the caller, when it has parked

  /// @param threads how many threads compute, the caller's included
  public WorkerPool(int threads) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].thread.start();
    }
  }

  public int threads() {
    return workers.length + 1;
  }

  /// Runs a task and returns when all of its items are done. Called by one thread at a time.
  ///
  /// @throws IllegalStateException when an item failed; the others have run
  public void run(Task newTask, int newItems) {
    if (workers.length == 0 || newItems <= 1) {
      for (int item = 0; item < newItems; item++) {
        newTask.run(item, 0);
      }
      return;
    }
    task = newTask;
    items = newItems;
    done.set(0);
    state.set((long) ++number << 32 | items);
    for (Worker worker : workers) {
      worker.wake();
    }
    work(0);
    await(items);
    task = null;
    Throwable failed = failure;
    if (failed != null) {
      failure = null;
      throw new IllegalStateException("a kernel failed", failed);
    }
  }

  /// Claims and runs items until none is left.
  private void work(int worker) {
    long before = state.get();
    while ((int) before > 0) {
      if (state.compareAndSet(before, before - 1)) {
        runItem(items - (int) before, worker);
      }
      before = state.get();
    }
  }

  private void runItem(int item, int worker) {
    Task current = task;
    try {
      if (current != null) {
        current.run(item, worker);
      }
    } catch (RuntimeException | Error e) { // must reach the caller, whose wait would never end
      failure = e;
    }
    done.incrementAndGet();
    Thread caller = waiting;
    if (caller != null) {
      LockSupport.unpark(caller);
    }
  }

  private void await(int items) {
    int spins = 0;
    long deadline = 0;
    while (done.get() < items) {
      if (++spins % SPINS_A_CLOCK_READ != 0) {
        Thread.onSpinWait();
        continue;
      }
      long now = System.nanoTime();
      deadline = deadline == 0 ? now + SPIN_NANOS : deadline;
      if (now > deadline) {
        waiting = Thread.currentThread();
        if (done.get() < items) {
          LockSupport.parkNanos(this, PARK_NANOS);
        }
        waiting = null;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker.thread);
    }
    boolean interrupted = false;
    for (Worker worker : workers) {
      while (worker.thread.isAlive()) {
        try {
          worker.thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Worker implements Runnable {
    private final int index;
    private final Thread thread;
    private volatile boolean parked;

    Worker(int index) {
      this.index = index;
      this.thread =
          Thread.ofPlatform().name("stellwerk-kernel-" + index).daemon(true).unstarted(this);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(thread);
      }
    }

    @Override
    public void run() {
      while (!closed) {
        work(index);
        idle();
      }
    }

    private void idle() {
      long deadline = System.nanoTime() + SPIN_NANOS;
      int spins = 0;
      while ((int) state.get() == 0) {
        if (++spins % SPINS_A_CLOCK_READ != 0 || System.nanoTime() < deadline) {
          Thread.onSpinWait();
          continue;
        }
        parked = true;
        if ((int) state.get() == 0 && !closed) {
          LockSupport.park(WorkerPool.this);
        }
        parked = false;
        if (closed) {
          return;
        }
      }
    }
  }
}
