package dev.stellwerk.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Backends;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Logits equal those of llama.cpp, and of the numpy reference where weights are quantised.
class GoldenLogitsTest {
  /// Below this difference of selection scores, rounding may choose another expert.
  private static final double MARGIN_MIN = 1e-5;

  private static final double RELATIVE_MAX = 1e-4;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "deepseek2-tiny-f32, logits",
    "deepseek2-tiny-yarn-f32, logits",
    "deepseek2-wide-f32, logits",
    "deepseek2-lite-f32, logits",
    "deepseek2-wide-q8_0, exact",
    "deepseek2-wide-q4_0, exact",
  })
  void agreesWithTheReference(String name, String kind) {
    TinyModel tiny = TinyModel.of(name);
    Path file = tiny.write(folder);
    for (String backend : Backends.available()) {
      Supplier<Backend> backends = () -> Backends.open(backend, 2);
      float[][] logits = Forward.logits(file, backends, tiny.tokens(), tiny.positions());
      compare(name + " on " + backend, tiny, tiny.expected(kind), logits);
      float[][] chunked = Forward.logits(file, backends, tiny.tokens(), 5);
      for (int t = 0; t < logits.length; t++) {
        assertTrue(
            Arrays.equals(logits[t], chunked[t]),
            name + " on " + backend + ": position " + t + " depends on the chunk size");
      }
    }
  }

  private static void compare(String what, TinyModel tiny, float[] expected, float[][] logits) {
    int vocabulary = tiny.vocabulary();
    assertEquals(expected.length, logits.length * vocabulary);
    double greatest = 0;
    for (float value : expected) {
      greatest = Math.max(greatest, Math.abs(value));
    }
    double worst = 0;
    int close = 0;
    for (int t = 0; t < logits.length; t++) {
      double error = 0;
      for (int i = 0; i < vocabulary; i++) {
        error = Math.max(error, Math.abs(logits[t][i] - expected[t * vocabulary + i]));
      }
      double relative = error / greatest;
      if (tiny.routerMargin(t) < MARGIN_MIN) {
        close++;
        System.out.printf(
            "%s: position %d has a router margin of %.2g; its difference is %.2g%n",
            what, t, tiny.routerMargin(t), relative);
      } else {
        worst = Math.max(worst, relative);
      }
    }
    System.out.printf(
        "%s: greatest relative difference %.2g on %d positions, %d with a close router apart%n",
        what, worst, logits.length - close, close);
    assertTrue(worst < RELATIVE_MAX, what + ": relative difference " + worst);
  }
}
