package dev.stellwerk.runtime.store;

import dev.stellwerk.runtime.agent.JournalException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that touches the journal's database.
///
/// It takes all the work that waits, does it in one transaction, and commits once: a group commit.
/// And it keeps interrupts away from H2: a thread that is interrupted in H2's file channel closes
/// the channel and with it the database, and interrupting a run's thread is how runs are cancelled.
final class JournalThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalThread.class);

  /// How much work may wait; a writer that is faster than the disk waits here.
  private static final int WAITING_MAX = 1_024;

  private static final int BATCH_MAX = 256;

  /// Something to do with the connection.
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  private record Item<T>(Work<T> work, CompletableFuture<T> result) {
    /// @return what tells the waiting thread, once the transaction is on disk
    Runnable run(Connection connection) {
      try {
        T value = work.run(connection);
        return () -> result.complete(value);
      } catch (SQLException e) {
        return () ->
            result.completeExceptionally(new JournalException("the journal failed: " + e, e));
      } catch (RuntimeException e) {
        // Handed to the thread that waits; this one must go on.
        return () -> result.completeExceptionally(e);
      }
    }

    void fail(JournalException e) {
      result.completeExceptionally(e);
    }
  }

  private final JournalFiles.Claimed file;
  private final BlockingQueue<Item<?>> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final Thread thread;
  private volatile boolean closing;

  JournalThread(JournalFiles.Claimed file) {
    this.file = file;
    this.thread = Thread.ofPlatform().name("stellwerk-journal").daemon().start(this::work);
  }

  /// Queues work. The result comes when the work is on disk. Waits while the queue is full, and is
  /// not stopped by an interrupt.
  <T> CompletableFuture<T> submit(Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Item<T> item = new Item<>(work, result);
    if (closing) {
      item.fail(new JournalException("the journal is closed"));
      return result;
    }
    boolean interrupted = false;
    while (true) {
      try {
        waiting.put(item);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return result;
  }

  /// Does what is queued, then closes the connection. Idempotent.
  @Override
  public void close() {
    if (closing) {
      return;
    }
    submit(
            _ -> {
              closing = true;
              return true;
            })
        .join();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    List<Item<?>> batch = new ArrayList<>(BATCH_MAX);
    while (!closing) {
      try {
        batch.add(waiting.take());
      } catch (InterruptedException e) {
        // Nobody interrupts this thread but a debugger; it ends when it is closed.
        continue;
      }
      waiting.drainTo(batch, BATCH_MAX - 1);
      commit(batch);
      batch.clear();
    }
    waiting.forEach(item -> item.fail(new JournalException("the journal is closed")));
    try {
      file.close();
    } catch (SQLException | IOException e) {
      LOG.warn("the journal did not close cleanly; nothing committed is lost", e);
    }
  }

  private void commit(List<Item<?>> batch) {
    List<Runnable> tell = batch.stream().map(item -> item.run(file.connection())).toList();
    try {
      file.connection().commit();
    } catch (SQLException e) {
      JournalException failed = new JournalException("the journal cannot be written: " + e, e);
      batch.forEach(item -> item.fail(failed));
      return;
    }
    tell.forEach(Runnable::run);
  }
}
