package dev.stellwerk.tools.builtin;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A file that is open while nobody else, in this process or another, has it open in this way.
final class LockedFile implements AutoCloseable {
  private static final int POLL_MILLIS = 5;

  private final FileChannel channel;
  private final FileLock lock;
  private final ReentrantLock inProcess;

  private LockedFile(FileChannel channel, FileLock lock, ReentrantLock inProcess) {
    this.channel = channel;
    this.lock = lock;
    this.inProcess = inProcess;
  }

  /// Opens and locks the file, or gives up after a while.
  ///
  /// @param inProcess taken first, so that threads queue instead of polling
  static Optional<LockedFile> open(
      Path path, boolean create, ReentrantLock inProcess, int waitMillisMax)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillisMax);
    if (!inProcess.tryLock(waitMillisMax, TimeUnit.MILLISECONDS)) {
      return Optional.empty();
    }
    FileChannel channel = null;
    LockedFile locked = null;
    try {
      channel = FileChannel.open(path, options(create));
      FileLock lock = lock(channel, deadline);
      if (lock != null) {
        locked = new LockedFile(channel, lock, inProcess);
      }
      return Optional.ofNullable(locked);
    } finally {
      if (locked == null) {
        inProcess.unlock();
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  /// An exclusive lock needs a file that is open for writing, even to read it.
  private static Set<OpenOption> options(boolean create) {
    Set<OpenOption> options = new HashSet<>();
    options.add(StandardOpenOption.READ);
    options.add(StandardOpenOption.WRITE);
    options.add(LinkOption.NOFOLLOW_LINKS);
    if (create) {
      options.add(StandardOpenOption.CREATE);
    }
    return options;
  }

  private static @Nullable FileLock lock(FileChannel channel, long deadline)
      throws IOException, InterruptedException {
    while (true) {
      FileLock lock = tryLock(channel);
      if (lock != null || System.nanoTime() > deadline) {
        return lock;
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another channel of this process holds it
    }
  }

  FileChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      lock.release();
    } finally {
      inProcess.unlock();
    }
  }
}
