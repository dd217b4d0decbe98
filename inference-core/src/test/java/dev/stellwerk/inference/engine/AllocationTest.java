package dev.stellwerk.inference.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.Batch;
import dev.stellwerk.inference.model.Model;
import dev.stellwerk.inference.model.Models;
import dev.stellwerk.inference.model.TinyModel;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A decode step makes next to no garbage: no vector is boxed, and no activation is on the heap.
class AllocationTest {
  /// Small objects of the orchestration, some dozens a layer; one boxed vector an inner loop would
  /// be hundreds of thousands of bytes.
  private static final long BYTES_A_STEP_MAX = 16_384;

  private static final long WARM_UP_SECONDS_MAX = 90;
  private static final int STEPS = 50;
  private static final int POSITIONS = 200;

  @TempDir Path folder;

  @Test
  void decodingAllocatesAlmostNothing() {
    Path file = TinyModel.of("deepseek2-wide-q8_0").write(folder);
    String name = Backends.available().getFirst();
    try (Gguf gguf = Gguf.open(file);
        Backend backend = Backends.open(name, 1)) {
      Model model = Models.load(gguf, backend, 16);
      Rows logits = Rows.allocate(backend, 1, model.spec().vocabulary());
      KvView cache = new KvView(model.kvLayout());
      while (cache.capacity() < POSITIONS) {
        cache.add(backend.allocate(model.kvLayout().blockBytes()));
      }
      Batch batch = new Batch(backend, 16, 1);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      // Until C2 has compiled them, vectors are objects: wait for that rather than count on it.
      long perStep = Long.MAX_VALUE;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS_MAX);
      for (int step = 0; perStep > BYTES_A_STEP_MAX && System.nanoTime() < end; step += STEPS) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < STEPS; i++) {
          batch.clear();
          batch.begin(cache, (step + i) % POSITIONS);
          batch.add(i, true);
          model.forward(batch, logits);
        }
        perStep = (threads.getCurrentThreadAllocatedBytes() - before) / STEPS;
      }
      System.out.printf("%s: %d bytes allocated a decode step%n", name, perStep);
      assertTrue(perStep <= BYTES_A_STEP_MAX, name + " allocates " + perStep + " bytes a step");
    }
  }
}
