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
import org.junit.jupiter.params.provider.ValueSource;

/// Logits equal those of llama.cpp.
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
  })
  void agreesWithTheReference(String name, String kind) {
    TinyModel tiny = TinyModel.of(name);
    Path file = tiny.write(folder);
    for (String backend : Backends.available()) {
      float[][] logits = logits(name, backend, tiny, file);
      compare(name + " on " + backend, tiny, tiny.expected(kind), logits);
    }
  }

  /// Both round activations to int8, and one value that is rounded otherwise moves all after it:
  /// see the README of `src/test/parity`, which sets these limits.
  @ParameterizedTest
  @ValueSource(strings = {"deepseek2-wide-q8_0", "deepseek2-wide-q4_0"})
  void agreesWithinTheNoiseOfInt8(String name) {
    TinyModel tiny = TinyModel.of(name);
    Path file = tiny.write(folder);
    for (String backend : Backends.available()) {
      float[][] logits = logits(name, backend, tiny, file);
      double[] errors = relativeErrors(tiny.expected("logits"), logits);
      Arrays.sort(errors);
      double median = errors[errors.length / 2];
      double worst = errors[errors.length - 1];
      System.out.printf(
          "%s on %s: relative RMS differences, median %.2g, greatest %.2g%n",
          name, backend, median, worst);
      assertTrue(median <= 0.1 && worst <= 0.25, name + " on " + backend);
    }
  }

  /// The logits, which must not depend on the size of chunks.
  private static float[][] logits(String name, String backend, TinyModel tiny, Path file) {
    Supplier<Backend> backends = () -> Backends.open(backend, 2);
    float[][] logits = Forward.logits(file, backends, tiny.tokens(), tiny.positions());
    for (int chunk : new int[] {1, 5}) {
      float[][] chunked = Forward.logits(file, backends, tiny.tokens(), chunk);
      for (int t = 0; t < logits.length; t++) {
        assertTrue(
            Arrays.equals(logits[t], chunked[t]),
            name + " on " + backend + ": position " + t + " depends on the chunk size");
      }
    }
    return logits;
  }

  /// Of each position: the root mean square of the differences over that of the logits.
  private static double[] relativeErrors(float[] expected, float[][] logits) {
    double[] errors = new double[logits.length];
    for (int t = 0; t < logits.length; t++) {
      double difference = 0;
      double power = 0;
      for (int i = 0; i < logits[t].length; i++) {
        double value = expected[t * logits[t].length + i];
        difference += (logits[t][i] - value) * (logits[t][i] - value);
        power += value * value;
      }
      errors[t] = Math.sqrt(difference / power);
    }
    return errors;
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
