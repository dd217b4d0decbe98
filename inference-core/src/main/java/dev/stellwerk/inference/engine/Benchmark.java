package dev.stellwerk.inference.engine;

import com.sun.management.ThreadMXBean;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.constraint.Constraint;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;

/// How fast an engine reads prompts and generates, end to end: queue, forward passes, sampling.
///
/// Every repetition has a session and random prompt of its own, so that no cache helps, and goes on
/// from the prompt. What the first ones compile counts for nobody: they are warm-up.
public final class Benchmark {
  private static final int WARM_UPS = 2;

  /// Tokens that an end token may cut short are asked for again, a few times.
  private static final int REQUESTS_MAX = 1_000;

  private final Engine engine;
  private final int vocabulary;
  private final int prompt;
  private final int generate;
  private final Random random;

  /// What was measured; speeds are medians over the repetitions.
  ///
  /// @param promptTokensPerSecond from the submission to the first token
  /// @param decodeTokensPerSecond of the tokens after the first one
  /// @param collections garbage collections while tokens were generated
  /// @param allocatedBytesPerToken by all threads of the process while tokens were generated
  public record Result(
      NumericMode numericMode,
      int prompt,
      int generate,
      int repetitions,
      double promptTokensPerSecond,
      double decodeTokensPerSecond,
      long collections,
      long allocatedBytesPerToken) {}

  /// One repetition.
  private record Run(double promptSpeed, double decodeSpeed, long collections, long allocated) {}

  private Benchmark(Engine engine, int vocabulary, int prompt, int generate, long seed) {
    this.engine = engine;
    this.vocabulary = vocabulary;
    this.prompt = prompt;
    this.generate = generate;
    this.random = new Random(seed);
  }

  /// Measures.
  ///
  /// @param vocabulary prompts are random tokens below this
  /// @param prompt tokens of a prompt
  /// @param generate tokens to generate after it, at least 2
  /// @throws ContextExceededException when they do not fit into the model's context
  public static Result run(
      Engine engine, int vocabulary, int prompt, int generate, int repetitions, long seed)
      throws InterruptedException {
    check(prompt, generate, repetitions);
    Benchmark benchmark = new Benchmark(engine, vocabulary, prompt, generate, seed);
    Run[] runs = new Run[repetitions];
    for (int i = -WARM_UPS; i < repetitions; i++) {
      Run run = benchmark.once();
      if (i >= 0) {
        runs[i] = run;
      }
    }
    return new Result(
        engine.numericMode(),
        prompt,
        generate,
        repetitions,
        median(Arrays.stream(runs).mapToDouble(Run::promptSpeed).toArray()),
        median(Arrays.stream(runs).mapToDouble(Run::decodeSpeed).toArray()),
        Arrays.stream(runs).mapToLong(Run::collections).sum(),
        Arrays.stream(runs).mapToLong(Run::allocated).sum() / repetitions / generate);
  }

  /// Refuses what cannot be measured.
  ///
  /// @throws IllegalArgumentException which says what a benchmark needs
  public static void check(int prompt, int generate, int repetitions) {
    if (prompt < 1 || generate < 2 || repetitions < 1) {
      throw new IllegalArgumentException(
          "a benchmark needs a prompt of 1 token, 2 tokens to generate and 1 repetition, or more");
    }
  }

  private Run once() throws InterruptedException {
    try (Session session = engine.open()) {
      long start = System.nanoTime();
      int left = generate - generate(session, randomTokens(prompt), 1);
      long first = System.nanoTime();
      long collections = collections();
      long allocated = allocatedBytes();
      for (int i = 0; left > 0 && i < REQUESTS_MAX; i++) {
        left -= generate(session, randomTokens(1), left);
      }
      double decodeSeconds = (System.nanoTime() - first) / 1e9;
      return new Run(
          prompt / ((first - start) / 1e9),
          (generate - 1 - left) / decodeSeconds,
          collections() - collections,
          allocatedBytes() - allocated);
    }
  }

  private static int generate(Session session, Tokens suffix, int tokens)
      throws InterruptedException {
    Request request = new Request(suffix, Sampling.GREEDY, Constraint.none(), tokens);
    try (Generation generation = session.submit(request)) {
      int generated = 0;
      Step step = generation.next();
      while (!(step instanceof Step.Finished finished)) {
        if (step instanceof Step.Token) {
          generated++;
        }
        step = generation.next();
      }
      if (finished.reason() == FinishReason.ERROR || generated == 0) {
        throw new IllegalStateException("the generation ended: " + finished.reason());
      }
      return generated;
    }
  }

  private Tokens randomTokens(int count) {
    return Tokens.of(random.ints(count, 0, vocabulary).toArray());
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
  }
}
