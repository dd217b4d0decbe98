package dev.stellwerk.inference.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Feeds inputs to targets, one after the other, and watches time and memory.
///
/// Each input has a seed of its own, which makes it again. A failure is saved as bytes and as text;
/// an input that does not come back is found by a second thread.
final class FuzzRun {
  private static final long WATCH_MILLIS = 500;
  private static final int FAILURES_MAX = 50;

  /// What one target did.
  static final class Tally {
    long inputs;
    long accepted;
    long cpuNanos;
    long worstCpuNanos;
    long worstBytes;
  }

  /// An input that a target did not survive.
  record Failure(String target, long seed, String problem) {
    @Override
    public String toString() {
      return "%s:%016x %s".formatted(target, seed, problem.lines().findFirst().orElse(""));
    }
  }

  /// Told of an input that does not come back; the thread that reads it is stuck.
  interface Stuck {
    void at(Failure failure);
  }

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final List<FuzzTarget> targets;
  private final List<FuzzTarget> schedule = new ArrayList<>();
  private final Tally[] tallies;
  private final Path failuresFolder;
  private final Consumer<String> log;
  private final Stuck stuck;
  private final List<Failure> failures = new ArrayList<>();
  private volatile @Nullable Current current;

  /// The input that is being read.
  private static final class Current {
    private final FuzzTarget target;
    private final long seed;
    private final byte[] input;
    private final long startCpuNanos;
    private final Thread thread = Thread.currentThread();

    /// @param startCpuNanos the thread's processor time when the input was begun
    Current(FuzzTarget target, long seed, byte[] input, long startCpuNanos) {
      this.target = target;
      this.seed = seed;
      this.input = input;
      this.startCpuNanos = startCpuNanos;
    }
  }

  /// @param log for what fails and how to see it again
  FuzzRun(List<FuzzTarget> targets, Path failuresFolder, Consumer<String> log, Stuck stuck) {
    this.targets = List.copyOf(targets);
    this.tallies = new Tally[targets.size()];
    for (int i = 0; i < tallies.length; i++) {
      tallies[i] = new Tally();
      for (int share = 0; share < targets.get(i).weight(); share++) {
        schedule.add(targets.get(i));
      }
    }
    this.failuresFolder = failuresFolder;
    this.log = log;
    this.stuck = stuck;
  }

  /// The seed of one input of a run.
  static long seed(long runSeed, long index) {
    return new SplittableRandom(runSeed + index * 0x9E3779B97F4A7C15L).nextLong();
  }

  /// Runs until one of the limits is reached.
  ///
  /// @param progress told about every minute
  List<Failure> run(long runSeed, long inputsMax, long secondsMax, Runnable progress) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
    long nextProgress = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    Thread watch = Thread.ofPlatform().daemon(true).name("fuzz-watch").start(this::watch);
    try {
      for (long index = 0; index < inputsMax && failures.size() < FAILURES_MAX; index++) {
        FuzzTarget target = schedule.get((int) (index % schedule.size()));
        one(target, seed(runSeed, index));
        long now = System.nanoTime();
        if (now > nextProgress) {
          progress.run();
          nextProgress = now + TimeUnit.MINUTES.toNanos(1);
        }
        if (now > end) {
          break;
        }
      }
    } finally {
      watch.interrupt();
    }
    return List.copyOf(failures);
  }

  /// Reads one input.
  void one(FuzzTarget target, long seed) {
    byte[] input = target.input(new SplittableRandom(seed));
    Tally tally = tallies[targets.indexOf(target)];
    long cpu = threads.getCurrentThreadCpuTime();
    current = new Current(target, seed, input, cpu);
    long bytes = threads.getCurrentThreadAllocatedBytes();
    try {
      if (target.accepts(input)) {
        tally.accepted++;
      }
    } catch (Throwable e) { // whatever it is, it is what we look for
      fail(target, seed, input, trace(e));
    }
    bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
    cpu = threads.getCurrentThreadCpuTime() - cpu;
    current = null;
    tally.inputs++;
    tally.cpuNanos += cpu;
    tally.worstCpuNanos = Math.max(tally.worstCpuNanos, cpu);
    tally.worstBytes = Math.max(tally.worstBytes, bytes);
    if (bytes > target.allocatedBytesMax()) {
      fail(target, seed, input, "allocated " + bytes + " bytes");
    }
    if (cpu > TimeUnit.MILLISECONDS.toNanos(target.cpuMillisMax())) {
      fail(target, seed, input, "took " + cpu / 1_000_000 + " ms of the processor");
    }
  }

  private void watch() {
    while (true) {
      try {
        Thread.sleep(WATCH_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
      Current now = current;
      if (now == null) {
        continue;
      }
      long cpu = threads.getThreadCpuTime(now.thread.threadId()) - now.startCpuNanos;
      Current still = current;
      if (cpu > 4 * TimeUnit.MILLISECONDS.toNanos(now.target.cpuMillisMax()) && still != null) {
        if (still.seed != now.seed) {
          continue;
        }
        StringBuilder where = new StringBuilder("does not come back, after ");
        where.append(cpu / 1_000_000).append(" ms\n");
        for (StackTraceElement frame : now.thread.getStackTrace()) {
          where.append("\tat ").append(frame).append('\n');
        }
        stuck.at(save(now.target, now.seed, now.input, where.toString()));
        return;
      }
    }
  }

  private void fail(FuzzTarget target, long seed, byte[] input, String problem) {
    failures.add(save(target, seed, input, problem));
  }

  private Failure save(FuzzTarget target, long seed, byte[] input, String problem) {
    Failure failure = new Failure(target.name(), seed, problem);
    log.accept(
        "FAILED "
            + failure
            + "\n  again: -Dstellwerk.fuzz.replay=%s:%016x".formatted(target.name(), seed));
    try {
      Files.createDirectories(failuresFolder);
      String name = "%s-%016x".formatted(target.name(), seed);
      Files.write(failuresFolder.resolve(name + ".bin"), input);
      Files.writeString(failuresFolder.resolve(name + ".txt"), problem);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return failure;
  }

  /// What was done so far, as a table.
  String table() {
    StringBuilder out =
        new StringBuilder(
            """
            | target | inputs | accepted | mean µs | worst ms | worst KiB allocated | its cap |
            |---|---|---|---|---|---|---|
            """);
    long inputs = 0;
    for (int i = 0; i < tallies.length; i++) {
      Tally tally = tallies[i];
      inputs += tally.inputs;
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %,d (%.1f %%) | %.0f | %.0f | %,d | %,d |%n",
              targets.get(i).name(),
              tally.inputs,
              tally.accepted,
              100.0 * tally.accepted / Math.max(1, tally.inputs),
              tally.cpuNanos / 1e3 / Math.max(1, tally.inputs),
              tally.worstCpuNanos / 1e6,
              tally.worstBytes >> 10,
              targets.get(i).allocatedBytesMax() >> 10));
    }
    return out.append(String.format(Locale.ROOT, "| all | %,d | | | | | |", inputs)).toString();
  }

  private static String trace(Throwable e) {
    StringWriter out = new StringWriter();
    e.printStackTrace(new PrintWriter(out));
    return out.toString();
  }
}
