package dev.stellwerk.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.model.Batch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who takes part in a pass with how much, without any arithmetic.
class SchedulerTest {
  private static final KvLayout LAYOUT = KvLayout.latent(1, 16, 16);
  private static final int CHUNK = 64;

  private final Backend backend = Backends.open("scalar", 1);
  private long now;

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void decodingComesFirstAndPromptsShareTheRest() {
    Bench bench = new Bench(100, 8);
    LocalGeneration decoding = bench.add(1, 1);
    LocalGeneration longPrompt = bench.add(500, 2);
    LocalGeneration other = bench.add(500, 3);
    bench.step();
    assertEquals(1, decoding.planned());
    assertEquals(31, longPrompt.planned());
    assertEquals(32, other.planned());
  }

  @Test
  void whatAShortPromptLeavesGoesToTheOthers() {
    Bench bench = new Bench(100, 8);
    LocalGeneration shortPrompt = bench.add(40, 1);
    LocalGeneration longPrompt = bench.add(500, 2);
    bench.step();
    bench.step();
    assertEquals(8 + 56, shortPrompt.planned() + longPrompt.planned());
    assertEquals(8, shortPrompt.planned(), "all that was left of it");
  }

  @Test
  void everybodyHasATurnWhenThereAreMoreThanTokens() {
    Bench bench = new Bench(200, 100);
    List<LocalGeneration> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(bench.add(1, i));
    }
    int[] served = new int[100];
    for (int step = 0; step < 100; step++) {
      bench.plan();
      for (int i = 0; i < 100; i++) {
        served[i] += all.get(i).planned();
      }
    }
    for (int count : served) {
      assertTrue(count >= 36, "64 of 100 are served in each pass, in turn: " + count);
    }
  }

  @Test
  void aLongPromptHoldsUpNobodyWhoDecodes() {
    Bench bench = new Bench(100, 8);
    LocalGeneration decoding = bench.add(1, 1);
    bench.add(1_000, 2);
    for (int i = 0; i < 10; i++) {
      bench.step();
      assertEquals(1, decoding.planned());
      decoding.sequence().append(7);
    }
  }

  @Test
  void theYoungestGivesItsMemoryUp() {
    Bench bench = new Bench(6, 8);
    LocalGeneration oldest = bench.add(60, 1);
    LocalGeneration middle = bench.add(30, 2);
    LocalGeneration youngest = bench.add(1, 3);
    bench.step();
    assertEquals(3, bench.scheduler.running().size(), "4 of 6 blocks");
    for (int i = 0; i < 70; i++) {
      bench.decode(oldest);
      bench.decode(middle);
      bench.decode(youngest);
      bench.step();
    }
    assertTrue(bench.scheduler.running().contains(oldest));
    assertFalse(bench.scheduler.running().contains(youngest));
    assertTrue(bench.scheduler.waiting().contains(youngest));
    assertTrue(bench.scheduler.preemptions() > 0);
    assertEquals(0, youngest.sequence().blockCount());
  }

  @Test
  void noYoungerOneOvertakesWhoWaitsForMemory() {
    Bench bench = new Bench(6, 8);
    bench.add(100, 1);
    LocalGeneration large = bench.add(150, 2);
    LocalGeneration small = bench.add(5, 3);
    bench.step();
    assertEquals(List.of(large, small), bench.scheduler.waiting());
  }

  @Test
  void theOldestPinGoesFirstAndNoneBeforeItsTime() {
    Bench bench = new Bench(4, 8);
    LocalGeneration first = bench.add(60, 1);
    bench.step();
    bench.scheduler.remove(first);
    bench.cache.pin(first.sequence());
    LocalGeneration second = bench.add(100, 2);
    bench.step();
    assertTrue(bench.scheduler.running().isEmpty(), "2 of 4 blocks are pinned");
    assertTrue(bench.cache.nextPinEndNanos() > 0);
    now += 999_000_000L;
    bench.step();
    assertTrue(bench.scheduler.running().isEmpty());
    now += 1_000_000L;
    bench.step();
    assertEquals(List.of(second), bench.scheduler.running());
    assertEquals(-1, bench.cache.nextPinEndNanos());
  }

  /// A scheduler whose passes compute nothing.
  private final class Bench {
    private final KvCache cache;
    private final Scheduler scheduler;
    private final Batch batch;

    Bench(int blocks, int runningMax) {
      cache = new KvCache(backend, LAYOUT, blocks * LAYOUT.blockBytes(), 1_000, () -> now);
      scheduler = new Scheduler(cache, runningMax, CHUNK);
      batch = new Batch(backend, CHUNK, runningMax);
    }

    LocalGeneration add(int prompt, int seed) {
      LocalGeneration generation =
          new LocalGeneration(
              TestEngine.greedy(TestEngine.prompt(prompt, seed), 1_000),
              cache.newSequence(),
              300,
              () -> {});
      scheduler.add(generation);
      return generation;
    }

    void decode(LocalGeneration generation) {
      if (generation.sequence().pending() == 0) {
        generation.sequence().append(5);
      }
    }

    void plan() {
      scheduler.admit();
      scheduler.plan(batch);
    }

    void step() {
      plan();
      for (LocalGeneration generation : scheduler.scheduled()) {
        generation.computed(generation.planned());
        cache.seal(generation.sequence());
      }
    }
  }
}
