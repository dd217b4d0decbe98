package dev.stellwerk.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.TinyModel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole engine generates without a garbage collection, and the benchmark says so.
class BenchmarkTest {
  /// Small objects of the orchestration and of the delivery of tokens.
  private static final long BYTES_A_TOKEN_MAX = 32_768;

  private static final long WARM_UP_SECONDS_MAX = 90;

  @TempDir Path folder;

  @Test
  void decodingCollectsNoGarbage() throws InterruptedException {
    TinyModel tiny = TinyModel.of("deepseek2-wide-q8_0");
    String backend = Backends.available().getFirst();
    EngineConfig config = new EngineConfig(backend, 2, 64 << 20, 1, 64, NumericMode.EXACT);
    try (Gguf gguf = Gguf.open(tiny.write(folder));
        Engine engine = Engines.load(gguf, config)) {
      // Until C2 has compiled them, vectors are objects: wait for that rather than count on it.
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS_MAX);
      Benchmark.Result result = Benchmark.run(engine, tiny.vocabulary(), 16, 100, 3, 1);
      while (result.allocatedBytesPerToken() > BYTES_A_TOKEN_MAX && System.nanoTime() < end) {
        result = Benchmark.run(engine, tiny.vocabulary(), 16, 100, 3, 1);
      }
      System.out.println(result);
      assertTrue(result.allocatedBytesPerToken() <= BYTES_A_TOKEN_MAX, result::toString);
      assertEquals(0, result.collections());
      assertEquals(NumericMode.EXACT, result.numericMode());
      assertTrue(result.promptTokensPerSecond() > 0 && result.decodeTokensPerSecond() > 0);
      assertThrows(
          ContextExceededException.class,
          () -> Benchmark.run(engine, tiny.vocabulary(), 100_000, 10, 1, 1));
      assertThrows(
          IllegalArgumentException.class,
          () -> Benchmark.run(engine, tiny.vocabulary(), 0, 10, 1, 1));
    }
  }
}
