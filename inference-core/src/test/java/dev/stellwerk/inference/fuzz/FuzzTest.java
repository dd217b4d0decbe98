package dev.stellwerk.inference.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the fuzzing: a little in every build, and for long with these properties.
///
/// - `stellwerk.fuzz.inputs`, `stellwerk.fuzz.seconds`: how long, whichever comes first
/// - `stellwerk.fuzz.seed`: of the run
/// - `stellwerk.fuzz.replay=TARGET:SEED`: one input again
final class FuzzTest {
  private static final long INPUTS = 8_000;
  private static final Path FAILURES = Path.of("target", "fuzz");

  @TempDir Path folder;

  @Test
  void nothingThatIsReadBreaksTheReader() {
    String replay = System.getProperty("stellwerk.fuzz.replay", "");
    FuzzRun run = new FuzzRun(FuzzTargets.all(), FAILURES, System.out::println, FuzzTest::stuck);
    if (!replay.isEmpty()) {
      again(replay);
      return;
    }
    long seed = Long.getLong("stellwerk.fuzz.seed", 20261124);
    long inputs = Long.getLong("stellwerk.fuzz.inputs", INPUTS);
    long seconds = Long.getLong("stellwerk.fuzz.seconds", inputs == INPUTS ? 10 : 86_400);
    System.out.println("fuzz: seed " + seed);
    long start = System.nanoTime();
    List<FuzzRun.Failure> failures =
        run.run(seed, inputs, seconds, () -> System.out.println(run.table()));
    System.out.printf("%s%n%d s%n", run.table(), (System.nanoTime() - start) / 1_000_000_000L);
    assertEquals(List.of(), failures);
  }

  /// Reads one input once more; what it breaks is thrown.
  private static void again(String replay) {
    String[] named = replay.split(":", 2);
    long seed = Long.parseUnsignedLong(named[1], 16);
    for (FuzzTarget target : FuzzTargets.all()) {
      if (target.name().equals(named[0])) {
        byte[] input = target.input(new SplittableRandom(seed));
        System.out.println(input.length + " bytes, accepted: " + target.accepts(input));
      }
    }
  }

  /// A thread that is stuck cannot be freed: the process ends, and says where.
  private static void stuck(FuzzRun.Failure failure) {
    System.out.println(failure.problem());
    System.out.flush();
    Runtime.getRuntime().halt(2);
  }

  @Test
  void theHarnessSeesWhatItLooksFor() {
    Planted planted = new Planted();
    FuzzRun run = new FuzzRun(List.of(planted), folder, _ -> {}, _ -> {});
    List<FuzzRun.Failure> failures = run.run(1, 120, 60, () -> {});
    List<String> problems = failures.stream().map(FuzzRun.Failure::problem).toList();
    assertTrue(problems.stream().anyMatch(problem -> problem.contains("planted")), "no exception");
    assertTrue(problems.stream().anyMatch(problem -> problem.contains("StackOver")), "no overflow");
    assertTrue(
        problems.stream().anyMatch(problem -> problem.startsWith("allocated ")), "no allocation");
    assertTrue(problems.stream().anyMatch(problem -> problem.startsWith("took ")), "no long time");
    for (FuzzRun.Failure failure : failures) {
      byte[] again = planted.input(new SplittableRandom(failure.seed()));
      Path saved = folder.resolve("planted-%016x.bin".formatted(failure.seed()));
      assertTrue(Files.exists(saved), saved.toString());
      assertEquals(1, again.length);
    }
  }

  @Test
  void theHarnessFindsWhatDoesNotComeBack() throws InterruptedException {
    CountDownLatch found = new CountDownLatch(1);
    List<String> problems = new CopyOnWriteArrayList<>();
    FuzzTarget stuck =
        new Planted() {
          @Override
          public boolean accepts(byte[] input) {
            while (found.getCount() > 0) {
              Thread.onSpinWait();
            }
            return true;
          }
        };
    FuzzRun run =
        new FuzzRun(
            List.of(stuck),
            folder,
            _ -> {},
            failure -> {
              problems.add(failure.problem());
              found.countDown();
            });
    List<FuzzRun.Failure> after = new ArrayList<>(run.run(1, 1, 60, () -> {}));
    assertTrue(found.await(60, TimeUnit.SECONDS));
    assertTrue(problems.getFirst().contains("does not come back"), problems.getFirst());
    assertTrue(problems.getFirst().contains("accepts"), problems.getFirst());
    assertEquals(1, after.size());
  }

  /// Misbehaves in one way for each of a few values.
  private static class Planted implements FuzzTarget {
    @Override
    public String name() {
      return "planted";
    }

    @Override
    public int weight() {
      return 1;
    }

    @Override
    public long allocatedBytesMax() {
      return 1 << 20;
    }

    @Override
    public long cpuMillisMax() {
      return 100;
    }

    @Override
    public byte[] input(SplittableRandom random) {
      return new byte[] {(byte) random.nextInt(40)};
    }

    @Override
    public boolean accepts(byte[] input) {
      return switch (input[0]) {
        case 1 -> throw new IllegalStateException("planted");
        case 2 -> new byte[2 << 20].length == 0;
        case 3 -> deeper(0) > 0;
        case 4 -> spin();
        default -> true;
      };
    }

    private static long deeper(long depth) {
      return depth < 0 ? 0 : deeper(depth + 1) + 1;
    }

    private static boolean spin() {
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long end = threads.getCurrentThreadCpuTime() + 150_000_000L;
      while (threads.getCurrentThreadCpuTime() < end) {
        Thread.onSpinWait();
      }
      return true;
    }
  }
}
