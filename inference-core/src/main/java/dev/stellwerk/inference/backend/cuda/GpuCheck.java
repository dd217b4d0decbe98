package dev.stellwerk.inference.backend.cuda;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.RouterKernel;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Routing.Scoring;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Selection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// Compares the kernels on the GPU with the scalar backend, and times them.
///
/// Usable without the runtime: `java -cp ... dev.stellwerk.inference.backend.cuda.GpuCheck`.
@SuppressWarnings("restricted") // writes activations where the backend keeps them
public final class GpuCheck {
  /// What the weights may differ by, relative.
  public static final float WEIGHT_ERROR_MAX = 1e-4f;

  private static final int[] EXPERTS = {8, 16, 31, 60, 64, 128, 160, 256, 320, 384, 500, 512};
  private static final int[] TOKENS = {1, 2, 7, 64, 513, 4096};
  private static final int REPEATS = 200;

  private GpuCheck() {}

  /// One shape: whether the device and the scalar backend agree.
  ///
  /// @param mismatches expert ids that differ
  /// @param weightError the largest relative difference of a weight
  /// @param micros the kernel's mean time
  public record Row(
      Scoring scoring,
      int experts,
      int used,
      int tokens,
      int mismatches,
      float weightError,
      float micros) {
    public boolean passed() {
      return mismatches == 0 && weightError <= WEIGHT_ERROR_MAX;
    }
  }

  /// All rows, and the device that they were measured on.
  public record Report(String device, List<Row> rows) {
    public Report {
      rows = List.copyOf(rows);
    }

    public boolean passed() {
      return rows.stream().allMatch(Row::passed);
    }

    public String json() {
      ObjectNode json = new ObjectMapper().createObjectNode();
      json.put("device", device).put("passed", passed());
      var list = json.putArray("gating");
      for (Row row : rows) {
        list.addObject()
            .put("scoring", row.scoring().name())
            .put("experts", row.experts())
            .put("used", row.used())
            .put("tokens", row.tokens())
            .put("mismatches", row.mismatches())
            .put("weightError", row.weightError())
            .put("micros", row.micros());
      }
      return json.toString();
    }

    public String markdown() {
      StringBuilder text = new StringBuilder(device).append("\n\n");
      text.append("| gating | experts | top-k | tokens | wrong ids | weight error | µs |\n");
      text.append("|---|---|---|---|---|---|---|\n");
      for (Row row : rows) {
        text.append(
            "| %s | %d | %d | %d | %d | %.1e | %.2f |\n"
                .formatted(
                    row.scoring(),
                    row.experts(),
                    row.used(),
                    row.tokens(),
                    row.mismatches(),
                    row.weightError(),
                    row.micros()));
      }
      return text.toString();
    }
  }

  /// Runs the whole check.
  ///
  /// @throws CudaUnavailableException when there is no GPU, or the build has no kernels
  public static Report run(long seed) {
    try (CudaRouter router = CudaRouter.open();
        Backend scalar = Backends.open("scalar", 1)) {
      List<Row> rows = new ArrayList<>();
      SplittableRandom random = new SplittableRandom(seed);
      for (Scoring scoring : Scoring.values()) {
        for (int experts : EXPERTS) {
          for (int tokens : TOKENS) {
            int used = Math.min(experts, 1 + random.nextInt(8));
            Routing routing =
                new Routing(
                    scoring, experts, experts >= 8 && tokens == 64 ? 8 : used, true, 2.827f);
            Row row = compare(router, scalar, routing, tokens, random);
            float micros = router.kernelMicros(routing, true, tokens, REPEATS);
            rows.add(
                new Row(
                    scoring,
                    experts,
                    routing.used(),
                    tokens,
                    row.mismatches(),
                    row.weightError(),
                    micros));
          }
        }
      }
      return new Report(router.description(), rows);
    }
  }

  /// Routes the same random tokens by a kernel and by the scalar backend and counts the
  /// differences.
  static Row compare(
      RouterKernel kernel, Backend scalar, Routing routing, int tokens, SplittableRandom random) {
    Rows first = Rows.allocate(scalar, tokens, routing.experts());
    Rows second = Rows.allocate(scalar, tokens, routing.experts());
    for (int t = 0; t < tokens; t++) {
      for (int e = 0; e < routing.experts(); e++) {
        float logit = (float) (random.nextDouble() * 8 - 4);
        // Equal logits now and then: ties must break the same way everywhere.
        float value = random.nextInt(16) == 0 ? 1f : logit;
        floats(first.address(t), routing.experts()).setAtIndex(ValueLayout.JAVA_FLOAT, e, value);
        floats(second.address(t), routing.experts()).setAtIndex(ValueLayout.JAVA_FLOAT, e, value);
      }
    }
    Buffer bias = scalar.allocate((long) routing.experts() * Float.BYTES);
    for (int e = 0; e < routing.experts(); e++) {
      bias.segment().setAtIndex(ValueLayout.JAVA_FLOAT, e, (random.nextInt(9) - 4) / 32f);
    }
    Selection expected = Selection.allocate(scalar, tokens, routing.used());
    Selection actual = Selection.allocate(scalar, tokens, routing.used());
    actual.ids().segment().fill((byte) 0x7f);
    actual.weights().segment().fill((byte) 0x7f);
    scalar.kernels().route(routing, first, bias, tokens, expected);
    kernel.route(routing, second, bias, tokens, actual);
    return difference(routing, tokens, expected, actual);
  }

  private static Row difference(Routing routing, int tokens, Selection expected, Selection actual) {
    int mismatches = 0;
    float error = 0f;
    for (int i = 0; i < tokens * routing.used(); i++) {
      if (expected.ids().segment().getAtIndex(ValueLayout.JAVA_INT, i)
          != actual.ids().segment().getAtIndex(ValueLayout.JAVA_INT, i)) {
        mismatches++;
        continue;
      }
      float want = expected.weights().segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      float got = actual.weights().segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      float relative = Math.abs(want - got) / Math.max(Math.abs(want), 1e-12f);
      error = Float.isNaN(relative) ? Float.POSITIVE_INFINITY : Math.max(error, relative);
    }
    return new Row(
        routing.scoring(), routing.experts(), routing.used(), tokens, mismatches, error, 0f);
  }

  private static MemorySegment floats(long address, int count) {
    return MemorySegment.ofAddress(address).reinterpret((long) count * Float.BYTES);
  }

  /// What keeps the check from running here; empty when it can run.
  public static Optional<String> obstacle() {
    try (CudaRouter _ = CudaRouter.open()) {
      return Optional.empty();
    } catch (CudaUnavailableException e) {
      return Optional.ofNullable(e.getMessage());
    }
  }

  /// Prints the report; exit status 0 when all agrees, 1 when not, 3 when there is no GPU.
  public static void main(String[] arguments) {
    try {
      Report report = run(arguments.length > 0 ? Long.parseLong(arguments[0]) : 1L);
      System.out.println(report.markdown());
      System.out.println(report.json());
      System.exit(report.passed() ? 0 : 1);
    } catch (CudaUnavailableException e) {
      System.err.println("gpu check: " + e.getMessage());
      System.exit(3);
    }
  }
}
