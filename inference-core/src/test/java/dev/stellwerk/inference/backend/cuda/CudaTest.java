package dev.stellwerk.inference.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Routing.Scoring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What can be said of the GPU path: everything where there is a GPU, and without one that it says
/// what is missing.
final class CudaTest {
  private static final Path REPORT =
      Path.of(
          System.getProperty("stellwerk.root", ".."),
          "inference-core/target/cuda/gating.ptxas.txt");

  @Test
  void theGatingAgreesWithTheScalarBackendOrSaysWhyItCannotRun() {
    Optional<String> obstacle = GpuCheck.obstacle();
    if (obstacle.isPresent()) {
      System.out.println("no GPU comparison: " + obstacle.get());
      assertThrows(CudaUnavailableException.class, CudaRouter::open);
      return;
    }
    GpuCheck.Report report = GpuCheck.run(7L);
    assertTrue(report.passed(), report.markdown());
  }

  @Test
  void theKernelsKeepEverythingInRegisters() throws IOException {
    if (!Files.exists(REPORT)) {
      System.out.println("no kernel report: this build has no nvcc");
      return;
    }
    assertNotNull(CudaDevice.class.getResource("gating.fatbin"), "compiled, but not packaged");
    List<String> spills =
        Files.readAllLines(REPORT).stream().filter(line -> line.contains("spill stores")).toList();
    assertEquals(6, spills.size(), "kernels in the report");
    spills.forEach(
        line -> assertTrue(line.contains("0 bytes stack frame, 0 bytes spill stores"), line));
  }

  @Test
  void theComparisonFindsAWrongExpert() {
    try (Backend scalar = Backends.open("scalar", 1)) {
      Routing routing = new Routing(Scoring.SIGMOID, 384, 8, true, 2.827f);
      SplittableRandom random = new SplittableRandom(3);
      assertTrue(GpuCheck.compare(scalar.kernels(), scalar, routing, 5, random).passed());
      GpuCheck.Row wrong =
          GpuCheck.compare(
              (r, logits, bias, n, out) -> {
                scalar.kernels().route(r, logits, bias, n, out);
                out.ids().segment().set(java.lang.foreign.ValueLayout.JAVA_INT, 4, 0);
              },
              scalar,
              routing,
              5,
              random);
      assertEquals(1, wrong.mismatches());
    }
  }
}
