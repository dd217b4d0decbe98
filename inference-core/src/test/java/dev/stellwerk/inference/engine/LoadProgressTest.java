package dev.stellwerk.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a loading engine tells, and that it knows its arithmetic.
class LoadProgressTest {
  @TempDir Path folder;

  @Test
  void risesToTheSizeOfAllTensors() {
    Path file = TinyModel.of("deepseek2-tiny-f32").write(folder);
    EngineConfig config = new EngineConfig("scalar", 1, 64 << 20, 1, 16, NumericMode.FAST);
    List<Long> done = new ArrayList<>();
    try (Gguf gguf = Gguf.open(file);
        Engine engine =
            Engines.load(
                gguf,
                config,
                (bytesDone, bytesTotal) -> {
                  assertTrue(bytesDone <= bytesTotal);
                  done.add(bytesDone);
                })) {
      assertEquals(gguf.tensors().size(), done.size());
      assertEquals(done.stream().sorted().toList(), done);
      long total = gguf.tensors().values().stream().mapToLong(tensor -> tensor.bytes()).sum();
      assertEquals(total, done.getLast());
      assertEquals(NumericMode.FAST, engine.numericMode());
    }
    assertEquals(NumericMode.EXACT, EngineConfig.defaults().numericMode());
  }
}
