package dev.stellwerk.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.Forward;
import dev.stellwerk.inference.model.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The engine over a tiny random model, on every backend of this machine where it matters.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LocalEngineTest {
  private static final int CONTEXT = 256; // of the tiny model
  private static final Tokens PROMPT = Tokens.of(226, 153, 137, 263, 70, 99, 39, 119, 242, 78);
  private static final Tokens OTHER = Tokens.of(12, 13, 14, 250, 66);

  @TempDir static Path folder;
  private static Path file = Path.of("unset");

  @BeforeAll
  static void write() {
    file = TinyModel.of("deepseek2-tiny-f32").write(folder);
  }

  @Test
  void greedyTokensAreThoseOfTheLogits() throws InterruptedException {
    for (String backend : Backends.available()) {
      List<Integer> sequence = new ArrayList<>();
      for (int token : PROMPT.toArray()) {
        sequence.add(token);
      }
      List<Integer> expected = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int[] tokens = sequence.stream().mapToInt(t -> t).toArray();
        float[][] logits =
            Forward.logits(file, () -> Backends.open(backend, 1), tokens, tokens.length);
        int best = argmax(logits[tokens.length - 1]);
        expected.add(best);
        sequence.add(best);
      }
      try (Running running = new Running(backend, 256);
          Session session = running.engine.open()) {
        assertEquals(expected, tokens(session.submit(greedy(PROMPT, 12))), backend);
      }
    }
  }

  @Test
  void tokensDoNotDependOnChunksOrNeighbours() throws InterruptedException {
    for (String backend : Backends.available()) {
      List<Integer> solo;
      try (Running running = new Running(backend, 256);
          Session session = running.engine.open()) {
        solo = tokens(session.submit(greedy(PROMPT, 40)));
      }
      try (Running running = new Running(backend, 4);
          Session session = running.engine.open();
          Session neighbour = running.engine.open()) {
        Generation other = neighbour.submit(greedy(OTHER, 40));
        Generation generation = session.submit(greedy(PROMPT, 40));
        assertEquals(solo, tokens(generation), backend);
        assertEquals(40, tokens(other).size());
      }
    }
  }

  @Test
  void aSessionGoesOnWhereItsLastGenerationEnded() throws InterruptedException {
    try (Running running = new Running();
        Session session = running.engine.open();
        Session fresh = running.engine.open()) {
      List<Integer> first = tokens(session.submit(greedy(PROMPT, 5)));
      assertEquals(15, session.position());
      List<Integer> second = tokens(session.submit(greedy(OTHER, 5)));

      List<Integer> whole = new ArrayList<>();
      for (int token : PROMPT.toArray()) {
        whole.add(token);
      }
      whole.addAll(first);
      for (int token : OTHER.toArray()) {
        whole.add(token);
      }
      Tokens all = Tokens.of(whole.stream().mapToInt(t -> t).toArray());
      assertEquals(second, tokens(fresh.submit(greedy(all, 5))));
    }
  }

  @Test
  void truncateForgets() throws InterruptedException {
    try (Running running = new Running();
        Session session = running.engine.open()) {
      List<Integer> first = tokens(session.submit(greedy(PROMPT, 8)));
      session.truncate(4);
      assertEquals(4, session.position());
      Tokens rest = Tokens.of(70, 99, 39, 119, 242, 78);
      assertEquals(first, tokens(session.submit(greedy(rest, 8))));
      assertThrows(IllegalArgumentException.class, () -> session.truncate(19));
    }
  }

  @Test
  void closingCancelsAndFreesTheSession() throws InterruptedException {
    try (Running running = new Running();
        Session session = running.engine.open()) {
      Generation generation = session.submit(greedy(PROMPT, 200));
      assertThrows(IllegalStateException.class, () -> session.submit(greedy(OTHER, 1)));
      assertThrows(IllegalStateException.class, session::position);
      generation.next();
      generation.close();
      assertEquals(FinishReason.CANCELLED, finish(generation).reason());
      assertThrows(IllegalStateException.class, generation::next);
      assertTrue(session.position() < 10 + 200);
      session.truncate(0);
      assertEquals(3, tokens(session.submit(greedy(PROMPT, 3))).size());
    }
  }

  @Test
  void whatDoesNotFitTheContextIsRefusedBeforeAnyWork() throws InterruptedException {
    try (Running running = new Running();
        Session session = running.engine.open()) {
      assertEquals(CONTEXT, running.engine.contextLength());
      Request tooLong = greedy(Tokens.of(new int[CONTEXT]), 1);
      var refusal = assertThrows(ContextExceededException.class, () -> session.submit(tooLong));
      assertSays("257", refusal);
      assertSays("256", refusal);
      assertEquals(0, session.position());

      Generation full = session.submit(greedy(Tokens.of(new int[CONTEXT - 3]), 100));
      assertEquals(3, tokens(full).size(), "the context ends the generation");
    }
  }

  @Test
  void tokensOutsideTheVocabularyAreRefused() {
    try (Running running = new Running();
        Session session = running.engine.open()) {
      assertThrows(IllegalArgumentException.class, () -> session.submit(greedy(Tokens.of(320), 1)));
      assertThrows(IllegalArgumentException.class, () -> session.submit(greedy(Tokens.of(-1), 1)));
    }
  }

  @Test
  void sessionsAndCacheMemoryAreBounded() throws InterruptedException {
    long block = 3 * 32 * 192 + 64; // 3 layers, 32 positions, 48 floats
    EngineConfig config = new EngineConfig("scalar", 1, 3 * block, 2, 64);
    try (Running running = new Running(config);
        Session first = running.engine.open()) {
      assertEquals(96, running.engine.contextLength(), "the memory bounds the context");
      try (Session second = running.engine.open()) {
        var full = assertThrows(OverloadedException.class, running.engine::open);
        assertSays("2 sessions", full);
        Request tooLong = greedy(Tokens.of(new int[96]), 1);
        var refusal = assertThrows(ContextExceededException.class, () -> first.submit(tooLong));
        assertSays("97 tokens", refusal);
        assertSays("96", refusal);
        assertEquals(0, first.position());
        assertEquals(40, tokens(first.submit(greedy(PROMPT, 40))).size());
        assertEquals(80, tokens(second.submit(greedy(PROMPT, 80))).size());
      }
      running.engine.open().close();
    }
    EngineConfig none = new EngineConfig("scalar", 1, block - 1, 2, 64);
    var refusal = assertThrows(IllegalArgumentException.class, () -> new Running(none));
    assertSays("kvBytesMax", refusal);
  }

  @Test
  void constraintsMaskAndForce() throws InterruptedException {
    try (Running running = new Running();
        Session session = running.engine.open();
        Session fresh = running.engine.open()) {
      // One choice, three forced tokens, one choice, and so on; choices are even ids below 100.
      Constraint constraint = new EvenThenForced();
      Generation generation = session.submit(new Request(PROMPT, Sampling.GREEDY, constraint, 9));
      List<Step.Token> steps = new ArrayList<>();
      Step step = generation.next();
      while (!(step instanceof Step.Finished)) {
        if (step instanceof Step.Token token) {
          steps.add(token);
        }
        step = generation.next();
      }
      assertEquals(9, steps.size());
      for (int i = 0; i < steps.size(); i++) {
        assertEquals(i % 4 != 0, steps.get(i).forced(), "step " + i);
        if (steps.get(i).forced()) {
          assertEquals(100 + i % 4, steps.get(i).id());
          assertEquals(1f, steps.get(i).maskedProbability());
        } else {
          assertEquals(0, steps.get(i).id() % 2);
          assertTrue(steps.get(i).id() < 100);
          assertTrue(steps.get(i).maskedProbability() > 0.02f);
          assertTrue(Math.exp(steps.get(i).logprob()) <= steps.get(i).maskedProbability());
        }
      }
      Usage usage = ((Step.Finished) step).usage();
      assertEquals(10, usage.promptTokens());
      assertEquals(9, usage.generatedTokens());
      assertEquals(6, usage.forcedTokens());
      assertTrue(usage.prefillNanos() > 0 && usage.decodeNanos() > 0);

      // Forced tokens went through the cache like any others.
      List<Integer> after = tokens(session.submit(greedy(OTHER, 4)));
      int[] all = new int[10 + 9 + 5];
      System.arraycopy(PROMPT.toArray(), 0, all, 0, 10);
      for (int i = 0; i < 9; i++) {
        all[10 + i] = steps.get(i).id();
      }
      System.arraycopy(OTHER.toArray(), 0, all, 19, 5);
      assertEquals(after, tokens(fresh.submit(greedy(Tokens.of(all), 4))));
    }
  }

  @Test
  void samplingReplaysFromItsSeed() throws InterruptedException {
    try (Running running = new Running()) {
      List<Integer> one = sampled(running, 1);
      assertEquals(one, sampled(running, 1));
      assertNotEquals(one, sampled(running, 2));
    }
  }

  @Test
  void progressIsReportedOnceAChunk() throws InterruptedException {
    try (Running running = new Running("scalar", 4);
        Session session = running.engine.open()) {
      Generation generation = session.submit(greedy(PROMPT, 1));
      assertEquals(new Step.Prefilled(4, 10), generation.next());
      assertEquals(new Step.Prefilled(8, 10), generation.next());
      assertEquals(new Step.Prefilled(10, 10), generation.next());
      assertInstanceOf(Step.Token.class, generation.next());
      assertInstanceOf(Step.Finished.class, generation.next());
    }
  }

  @Test
  void aReaderThatStopsReadingHoldsUpNobody() throws InterruptedException {
    try (Running running = new Running();
        Session slow = running.engine.open();
        Session quick = running.engine.open()) {
      Generation unread = slow.submit(greedy(PROMPT, 240));
      for (int i = 0; i < 3; i++) {
        assertEquals(200, tokens(quick.submit(greedy(OTHER, 200))).size());
        quick.truncate(0);
      }
      assertEquals(240, tokens(unread).size(), "it goes on when it is read again");
    }
  }

  @Test
  void closingTheEngineEndsWhatRuns() throws InterruptedException {
    Running running = new Running();
    Session session = running.engine.open();
    Generation generation = session.submit(greedy(PROMPT, 240));
    running.close();
    assertEquals(FinishReason.CANCELLED, finish(generation).reason());
    assertThrows(IllegalStateException.class, running.engine::open);
    assertThrows(IllegalStateException.class, () -> session.submit(greedy(OTHER, 1)));
  }

  private static List<Integer> sampled(Running running, long seed) throws InterruptedException {
    try (Session session = running.engine.open()) {
      Sampling sampling = new Sampling(1.5f, seed);
      return tokens(session.submit(new Request(PROMPT, sampling, Constraint.none(), 20)));
    }
  }

  private static Request greedy(Tokens suffix, int maxTokens) {
    return new Request(suffix, Sampling.GREEDY, Constraint.none(), maxTokens);
  }

  private static List<Integer> tokens(Generation generation) throws InterruptedException {
    List<Integer> tokens = new ArrayList<>();
    while (true) {
      switch (generation.next()) {
        case Step.Token token -> tokens.add(token.id());
        case Step.Prefilled prefilled -> assertTrue(prefilled.done() <= prefilled.total());
        case Step.Finished finished -> {
          assertNotEquals(FinishReason.ERROR, finished.reason());
          assertEquals(tokens.size(), finished.usage().generatedTokens());
          return tokens;
        }
      }
    }
  }

  private static Step.Finished finish(Generation generation) throws InterruptedException {
    while (true) {
      if (generation.next() instanceof Step.Finished finished) {
        return finished;
      }
    }
  }

  private static void assertSays(String part, RuntimeException refusal) {
    assertTrue(String.valueOf(refusal.getMessage()).contains(part), refusal::getMessage);
  }

  private static int argmax(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  /// An engine and its file.
  private static final class Running implements AutoCloseable {
    private final Gguf gguf = Gguf.open(file);
    private final Engine engine;

    Running() {
      this("scalar", 256);
    }

    Running(String backend, int chunk) {
      this(new EngineConfig(backend, 2, 64 << 20, 4, chunk));
    }

    Running(EngineConfig config) {
      engine = Engines.load(gguf, config);
    }

    @Override
    public void close() {
      engine.close();
      gguf.close();
    }
  }
}
