package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.format.Gguf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// An engine and its file.
final class TestEngine implements AutoCloseable {
  private final Gguf gguf;
  final Engine engine;

  TestEngine(Path file, EngineConfig config) {
    gguf = Gguf.open(file);
    engine = Engines.load(gguf, config);
  }

  /// What a generation delivered.
  record Made(List<Step.Token> steps, Step.Finished finished) {
    List<Integer> tokens() {
      return steps.stream().map(Step.Token::id).toList();
    }

    Usage usage() {
      return finished.usage();
    }
  }

  /// Reads a generation to its end.
  static Made read(Generation generation) throws InterruptedException {
    List<Step.Token> steps = new ArrayList<>();
    while (true) {
      switch (generation.next()) {
        case Step.Token token -> steps.add(token);
        case Step.Prefilled prefilled -> {
          if (prefilled.done() > prefilled.total()) {
            throw new AssertionError(prefilled);
          }
        }
        case Step.Finished finished -> {
          return new Made(steps, finished);
        }
      }
    }
  }

  static Request greedy(Tokens suffix, int maxTokens) {
    return new Request(suffix, Sampling.GREEDY, Constraint.none(), maxTokens);
  }

  /// Tokens of the tiny models' vocabulary, the same for the same seed.
  static Tokens prompt(int length, int seed) {
    return Tokens.of(new Random(seed).ints(length, 1, 300).toArray());
  }

  static Tokens join(Tokens first, Tokens second) {
    int[] all = new int[first.size() + second.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = i < first.size() ? first.get(i) : second.get(i - first.size());
    }
    return Tokens.of(all);
  }

  @Override
  public void close() {
    engine.close();
    gguf.close();
  }
}
