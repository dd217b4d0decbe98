package dev.stellwerk.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.model.ParityFigures.Flips;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every architecture and element type against llama.cpp, at tiny size with random weights.
///
/// With `-Dstellwerk.parity.table=FILE` the measured figures are written as rows of a Markdown
/// table.
class ParityTest {
  private static final double RELATIVE_MAX = 1e-3;
  private static final double NMSE_MAX = 1e-3;
  private static final double KL_MAX = 1e-3;

  /// Below this difference of selection scores, rounding of F32 may choose another expert.
  private static final double MARGIN_MIN = 1e-5;

  private static final List<String> ROWS = new ArrayList<>();

  @TempDir Path folder;

  static List<String> names() {
    return ParityModel.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void agreesWithLlamaCpp(String name) throws IOException {
    ParityModel model = ParityModel.of(name);
    Path file = model.write(folder);
    String backend = Backends.available().getFirst();
    Run free = run(model, file, backend, false);
    if (model.type().equals("f32")) {
      compareExact(name + " on " + backend, model, free);
      compareExact(name + " on scalar", model, run(model, file, "scalar", false));
    }
    Run replayed = run(model, file, backend, true);
    ParityFigures figures = new ParityFigures(model.logits(), replayed.logits);
    Flips clean = ParityFigures.flips(model, replayed.choices);
    Flips all = ParityFigures.flips(model, free.choices);
    String row =
        "| %s | %s | %.1e | %.1e | %.1e | %d/%d | %d/%d | %d/%d |"
            .formatted(
                model.name(),
                model.type().toUpperCase(Locale.ROOT),
                figures.relativeMax(),
                figures.nmse(),
                figures.divergence(),
                figures.sameTop(),
                figures.positions(),
                all.count(),
                all.choices(),
                clean.count(),
                clean.choices());
    ROWS.add(row);
    System.out.println(row);
    assertTrue(figures.nmse() <= NMSE_MAX, name + ": NMSE " + figures.nmse());
    assertTrue(figures.divergence() <= KL_MAX, name + ": KL divergence " + figures.divergence());
    assertEquals(
        0, figures.clearTopsMissed(), name + ": another token than one that leads clearly");
    assertEquals(0, clean.unexplained(), name + ": flips where the router's margin is no excuse");
  }

  /// Own routing, F32 arithmetic: no difference but rounding.
  private static void compareExact(String what, ParityModel model, Run run) {
    double greatest = ParityFigures.greatest(model.logits());
    for (int t = 0; t < run.logits.length; t++) {
      double error = ParityFigures.greatestDifference(model.logits()[t], run.logits[t]);
      double margin = ParityFigures.margin(model, run.choices, t);
      if (margin < MARGIN_MIN) {
        System.out.printf("%s: position %d has a router margin of %.1e%n", what, t, margin);
      } else {
        assertTrue(
            error / greatest <= RELATIVE_MAX, what + ": position " + t + " differs by " + error);
      }
    }
  }

  private static final class Run {
    private final float[][] logits;
    private final List<ReplayBackend.Choice> choices;

    Run(float[][] logits, List<ReplayBackend.Choice> choices) {
      this.logits = logits;
      this.choices = choices;
    }
  }

  private static Run run(ParityModel model, Path file, String backend, boolean replay) {
    ReplayBackend router =
        new ReplayBackend(Backends.open(backend, 2), replay ? model.taken() : null);
    int[] tokens = model.tokens();
    return new Run(Forward.logits(file, () -> router, tokens, tokens.length), router.choices());
  }

  @AfterAll
  static void writeTable() throws IOException {
    String table = System.getProperty("stellwerk.parity.table");
    if (table != null) {
      Files.write(Path.of(table), ROWS);
    }
  }
}
