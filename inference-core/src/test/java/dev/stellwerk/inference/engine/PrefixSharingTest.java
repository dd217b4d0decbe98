package dev.stellwerk.inference.engine;

import static dev.stellwerk.inference.engine.TestEngine.greedy;
import static dev.stellwerk.inference.engine.TestEngine.join;
import static dev.stellwerk.inference.engine.TestEngine.prompt;
import static dev.stellwerk.inference.engine.TestEngine.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.model.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What sessions share of the KV cache, and that it changes no token.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PrefixSharingTest {
  private static final Tokens CATALOGUE = prompt(100, 1);
  private static final Tokens QUESTION = prompt(9, 2);
  private static final Tokens OTHER_QUESTION = prompt(7, 3);

  @TempDir static Path folder;
  private static Path file = Path.of("unset");

  @BeforeAll
  static void write() {
    file = TinyModel.of("deepseek2-tiny-f32").write(folder);
  }

  @Test
  void aCommonBeginningIsComputedOnce() throws InterruptedException {
    for (String backend : Backends.available()) {
      TestEngine.Made solo = solo(backend, join(CATALOGUE, OTHER_QUESTION), 20);
      try (TestEngine running = start(backend, 20_000);
          Session first = running.engine.open();
          Session second = running.engine.open()) {
        Usage usage = read(first.submit(greedy(join(CATALOGUE, QUESTION), 4))).usage();
        assertEquals(0, usage.cachedTokens());
        assertEquals(109, usage.prefilledTokens());
        TestEngine.Made made = read(second.submit(greedy(join(CATALOGUE, OTHER_QUESTION), 20)));
        assertEquals(96, made.usage().cachedTokens(), "three whole blocks");
        assertEquals(11, made.usage().prefilledTokens());
        assertEquals(solo.steps(), made.steps(), "not even a probability differs");
      }
    }
  }

  @Test
  void aSecondTurnComputesOnlyWhatIsNew() throws InterruptedException {
    try (TestEngine running = start("scalar", 20_000);
        Session session = running.engine.open()) {
      read(session.submit(greedy(CATALOGUE, 5)));
      Usage usage = read(session.submit(greedy(QUESTION, 5))).usage();
      assertEquals(9, usage.promptTokens());
      assertEquals(104, usage.cachedTokens());
      assertEquals(10, usage.prefilledTokens(), "the question, and the last generated token");
    }
  }

  @Test
  void whatWasGeneratedIsSharedToo() throws InterruptedException {
    try (TestEngine running = start("scalar", 20_000);
        Session session = running.engine.open()) {
      List<Integer> generated = read(session.submit(greedy(CATALOGUE, 40))).tokens();
      Tokens whole = join(CATALOGUE, Tokens.of(generated.stream().mapToInt(id -> id).toArray()));
      try (Session fresh = running.engine.open()) {
        Usage usage = read(fresh.submit(greedy(whole, 1))).usage();
        assertEquals(128, usage.cachedTokens());
      }
    }
  }

  @Test
  void aForkGoesItsOwnWay() throws InterruptedException {
    TestEngine.Made solo = solo("scalar", join(CATALOGUE, OTHER_QUESTION), 20);
    try (TestEngine running = start("scalar", 20_000);
        Session session = running.engine.open()) {
      TestEngine.Made before = read(session.submit(greedy(join(CATALOGUE, QUESTION), 3)));
      try (Session fork = session.fork(100)) {
        assertEquals(100, fork.position());
        TestEngine.Made made = read(fork.submit(greedy(OTHER_QUESTION, 20)));
        assertEquals(solo.steps(), made.steps());
        assertEquals(96, made.usage().cachedTokens());
      }
      assertEquals(112, session.position());
      session.truncate(109);
      session.truncate(100);
      assertEquals(before.tokens(), read(session.submit(greedy(QUESTION, 3))).tokens());
      assertThrows(IllegalArgumentException.class, () -> session.fork(500));
    }
  }

  @Test
  void truncatingWithinASharedBlockWritesToNone() throws InterruptedException {
    TestEngine.Made solo = solo("scalar", join(CATALOGUE, QUESTION), 20);
    try (TestEngine running = start("scalar", 20_000);
        Session one = running.engine.open();
        Session two = running.engine.open()) {
      read(one.submit(greedy(CATALOGUE, 2)));
      read(two.submit(greedy(CATALOGUE, 2)));
      two.truncate(50);
      read(two.submit(greedy(prompt(30, 9), 2))); // other tokens where the first one has its own
      one.truncate(100);
      assertEquals(solo.steps(), read(one.submit(greedy(QUESTION, 20))).steps());
    }
  }

  @Test
  void promptsThatArriveTogetherAreReadOnce() throws InterruptedException {
    TestEngine.Made solo = solo("scalar", join(CATALOGUE, QUESTION), 6);
    try (TestEngine running = start("scalar", 20_000)) {
      List<Session> sessions = new ArrayList<>();
      List<Generation> generations = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        sessions.add(running.engine.open());
      }
      for (Session session : sessions) {
        generations.add(session.submit(greedy(join(CATALOGUE, QUESTION), 6)));
      }
      int prefilled = 0;
      for (Generation generation : generations) {
        TestEngine.Made made = read(generation);
        assertEquals(solo.tokens(), made.tokens());
        assertEquals(109, made.usage().cachedTokens() + made.usage().prefilledTokens());
        prefilled += made.usage().prefilledTokens();
      }
      assertEquals(96 + 6 * 13, prefilled, "the whole blocks once, the rest by everyone");
      sessions.forEach(Session::close);
    }
  }

  @Test
  void aSessionThatWaitsGivesItsPinBack() throws InterruptedException {
    try (TestEngine running = start("scalar", 3_600_000);
        Session session = running.engine.open()) {
      read(session.submit(greedy(CATALOGUE, 5)));
      EngineStatus.Memory pinned = running.engine.status().memory();
      assertEquals(4, pinned.pinned());
      assertEquals(0, pinned.cached());
      session.unpin();
      EngineStatus.Memory given = running.engine.status().memory();
      assertEquals(0, given.pinned());
      assertEquals(3, given.cached(), "what is full can be found again");
      assertEquals(4, given.allocated());
      Usage usage = read(session.submit(greedy(QUESTION, 5))).usage();
      assertEquals(96, usage.cachedTokens());
      assertEquals(18, usage.prefilledTokens());
    }
  }

  @Test
  void aPinEndsByItself() throws InterruptedException {
    try (TestEngine running = start("scalar", 0);
        Session session = running.engine.open()) {
      read(session.submit(greedy(CATALOGUE, 5)));
      assertEquals(0, running.engine.status().memory().pinned());
      assertEquals(3, running.engine.status().memory().cached());
    }
  }

  @Test
  void memoryIsTakenWhenItIsNeeded() throws InterruptedException {
    try (TestEngine running = start("scalar", 20_000);
        Session session = running.engine.open()) {
      assertEquals(0, running.engine.status().memory().allocated());
      read(session.submit(greedy(QUESTION, 1)));
      assertEquals(1, running.engine.status().memory().allocated());
      assertTrue(running.engine.status().memory().blocksMax() > 100);
    }
  }

  private static TestEngine.Made solo(String backend, Tokens prompt, int maxTokens)
      throws InterruptedException {
    try (TestEngine running = start(backend, 0);
        Session session = running.engine.open()) {
      return read(session.submit(greedy(prompt, maxTokens)));
    }
  }

  private static TestEngine start(String backend, long pinMillisMax) {
    QueueLimits queue = new QueueLimits(8, 8, pinMillisMax, 1_000);
    return new TestEngine(
        file, new EngineConfig(backend, 2, 64 << 20, 8, 64, NumericMode.EXACT, queue));
  }
}
