package dev.stellwerk.inference.engine;

import static dev.stellwerk.inference.engine.TestEngine.greedy;
import static dev.stellwerk.inference.engine.TestEngine.prompt;
import static dev.stellwerk.inference.engine.TestEngine.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.model.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What happens when memory or places run out: some wait, nobody is harmed.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PreemptionTest {
  private static final long BLOCK = 3 * 32 * 192 + 64; // 3 layers, 32 positions, 48 floats

  @TempDir static Path folder;
  private static Path file = Path.of("unset");

  @BeforeAll
  static void write() {
    file = TinyModel.of("deepseek2-tiny-f32").write(folder);
  }

  @Test
  void whoLosesItsMemoryMakesTheSameTokens() throws InterruptedException {
    List<List<Step.Token>> solo = new ArrayList<>();
    try (TestEngine running = start(100, 4, 4, 0)) {
      for (int i = 0; i < 4; i++) {
        try (Session session = running.engine.open()) {
          solo.add(read(session.submit(request(i))).steps());
        }
      }
    }
    // Each ends with 180 tokens, which take 6 blocks; there are 9.
    try (TestEngine running = start(9, 4, 4, 0)) {
      List<Session> sessions = new ArrayList<>();
      List<Generation> generations = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        sessions.add(running.engine.open());
        generations.add(sessions.get(i).submit(request(i)));
      }
      int recomputed = 0;
      for (int i = 0; i < 4; i++) {
        TestEngine.Made made = read(generations.get(i));
        assertEquals(solo.get(i), made.steps(), "sequence " + i);
        assertEquals(FinishReason.LENGTH, made.finished().reason());
        recomputed += made.usage().recomputedTokens();
        assertEquals(40, made.usage().cachedTokens() + made.usage().prefilledTokens());
      }
      assertTrue(running.engine.status().preemptions() > 0, "memory was short");
      assertTrue(recomputed > 0);
      sessions.forEach(Session::close);
    }
  }

  @Test
  void whatFitsNeitherNowNorInTheQueueIsRefused() throws InterruptedException {
    try (TestEngine running = start(100, 1, 1, 0)) {
      List<Session> sessions = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        sessions.add(running.engine.open());
      }
      Generation first = sessions.get(0).submit(greedy(prompt(10, 1), 200));
      Generation second = sessions.get(1).submit(greedy(prompt(10, 2), 5));
      var refusal =
          assertThrows(
              OverloadedException.class, () -> sessions.get(2).submit(greedy(prompt(10, 3), 5)));
      assertEquals(
          "1 generations may run and 1 may wait; all places are taken", refusal.getMessage());
      assertEquals(777, refusal.retryAfterMillis());
      assertEquals(0, sessions.get(2).position());
      assertEquals(200, read(first).tokens().size());
      TestEngine.Made made = read(second);
      assertEquals(5, made.tokens().size());
      assertTrue(made.usage().queueNanos() > 0);
      assertEquals(5, read(sessions.get(2).submit(greedy(prompt(10, 3), 5))).tokens().size());
      sessions.forEach(Session::close);
    }
  }

  @Test
  void aRequestWaitsForAPinNoLongerThanThePinLasts() throws InterruptedException {
    long pinMillis = 300;
    try (TestEngine running = start(5, 4, 4, pinMillis);
        Session pinned = running.engine.open();
        Session other = running.engine.open()) {
      List<Integer> first = read(pinned.submit(greedy(prompt(100, 1), 4))).tokens();
      long start = System.nanoTime();
      TestEngine.Made made = read(other.submit(greedy(prompt(100, 2), 4)));
      long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertEquals(4, made.tokens().size());
      assertTrue(waited >= pinMillis / 2, "the pin held for " + waited + " ms");
      // The pin's blocks are gone; the same tokens come out again.
      pinned.truncate(100);
      pinned.truncate(99);
      Tokens last = Tokens.of(prompt(100, 1).get(99));
      assertEquals(first, read(pinned.submit(greedy(last, 4))).tokens());
    }
  }

  @Test
  void whoWaitsCanBeCancelled() throws InterruptedException {
    try (TestEngine running = start(100, 1, 4, 0);
        Session busy = running.engine.open();
        Session waiting = running.engine.open()) {
      Generation first = busy.submit(greedy(prompt(10, 1), 200));
      Generation second = waiting.submit(greedy(prompt(10, 2), 5));
      second.close();
      assertEquals(FinishReason.CANCELLED, read(second).finished().reason());
      assertEquals(10, waiting.position());
      assertEquals(200, read(first).tokens().size());
    }
  }

  @Test
  void whoDoesNotReadLosesItsPlace() throws InterruptedException {
    try (TestEngine running = start(100, 1, 4, 0);
        Session slow = running.engine.open();
        Session quick = running.engine.open()) {
      TestEngine.Made expected = read(slow.submit(greedy(prompt(10, 1), 240)));
      slow.truncate(0);
      Generation unread = slow.submit(greedy(prompt(10, 1), 240));
      assertEquals(5, read(quick.submit(greedy(prompt(10, 2), 5))).tokens().size());
      assertEquals(expected.steps(), read(unread).steps());
    }
  }

  private static Request request(int index) {
    // Sampled, so that a difference in any probability shows.
    Sampling sampling = new Sampling(1f, index).withLimits(40, 0.95f, 0f);
    return new Request(prompt(40, index), sampling, Constraint.none(), 140);
  }

  private static TestEngine start(int blocks, int runningMax, int waitingMax, long pinMillisMax) {
    QueueLimits queue = new QueueLimits(runningMax, waitingMax, pinMillisMax, 777);
    return new TestEngine(
        file, new EngineConfig("scalar", 1, blocks * BLOCK, 8, 64, NumericMode.EXACT, queue));
  }
}
