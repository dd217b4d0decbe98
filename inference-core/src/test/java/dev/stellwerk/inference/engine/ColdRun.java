package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.format.Gguf;
import java.nio.file.Path;
import java.util.Random;

/// What a short run costs in a fresh JVM: load, a prompt, a few tokens, a second turn. Not a test.
///
/// Arguments: model file, backend, threads, prompt tokens, tokens a turn, turns.
public final class ColdRun {
  private ColdRun() {}

  public static void main(String[] args) throws InterruptedException {
    long start = System.nanoTime();
    EngineConfig defaults = EngineConfig.defaults();
    EngineConfig config =
        new EngineConfig(
            args[1],
            Integer.parseInt(args[2]),
            defaults.kvBytesMax(),
            defaults.sessionsMax(),
            defaults.chunkTokensMax());
    int prompt = Integer.parseInt(args[3]);
    int generate = Integer.parseInt(args[4]);
    int turns = Integer.parseInt(args[5]);
    Random random = new Random(7);
    StringBuilder report = new StringBuilder();
    try (Gguf gguf = Gguf.open(Path.of(args[0]));
        Engine engine = Engines.load(gguf, config);
        Session session = engine.open()) {
      report.append("load %d ms".formatted((System.nanoTime() - start) / 1_000_000));
      for (int turn = 0; turn < turns; turn++) {
        int[] suffix = new int[turn == 0 ? prompt : 40];
        for (int i = 0; i < suffix.length; i++) {
          suffix[i] = random.nextInt(8000);
        }
        Generation generation =
            session.submit(
                new Request(Tokens.of(suffix), Sampling.GREEDY, Constraint.none(), generate));
        Step step = generation.next();
        while (!(step instanceof Step.Finished)) {
          step = generation.next();
        }
        Usage usage = ((Step.Finished) step).usage();
        report.append(
            " | prefill %d in %d ms, decode %d in %d ms, cpu so far %d ms"
                .formatted(
                    usage.promptTokens(),
                    usage.prefillNanos() / 1_000_000,
                    usage.generatedTokens(),
                    usage.decodeNanos() / 1_000_000,
                    cpuMillis()));
      }
    }
    System.out.printf("main %d ms: %s%n", (System.nanoTime() - start) / 1_000_000, report);
  }

  /// Processor time of the whole process, which a busy machine distorts less than the clock.
  private static long cpuMillis() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
  }
}
