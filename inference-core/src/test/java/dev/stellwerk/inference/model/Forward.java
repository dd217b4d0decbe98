package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.platform.Memory;
import java.nio.file.Path;
import java.util.function.Supplier;

/// Runs a model file over a whole sequence, without an engine.
public final class Forward {
  private Forward() {}

  /// The logits after every token.
  ///
  /// @param chunk how many tokens a pass takes
  public static float[][] logits(Path file, Supplier<Backend> backends, int[] tokens, int chunk) {
    try (Gguf gguf = Gguf.open(file);
        Backend backend = backends.get()) {
      Model model = Models.load(gguf, backend, chunk);
      Rows rows = Rows.allocate(backend, chunk, model.spec().vocabulary());
      KvView cache = new KvView(model.kvLayout());
      while (cache.capacity() < tokens.length) {
        cache.add(backend.allocate(model.kvLayout().blockBytes()));
      }
      Batch batch = new Batch(backend, chunk, 1);
      float[][] logits = new float[tokens.length][];
      for (int from = 0; from < tokens.length; from += chunk) {
        int to = Math.min(tokens.length, from + chunk);
        batch.clear();
        batch.begin(cache, from);
        for (int t = from; t < to; t++) {
          batch.add(tokens[t], true);
        }
        model.forward(batch, rows);
        for (int t = from; t < to; t++) {
          logits[t] = copy(rows, t - from);
        }
      }
      return logits;
    }
  }

  private static float[] copy(Rows rows, int row) {
    float[] values = new float[rows.width()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Memory.getFloat(rows.address(row) + 4L * i);
    }
    return values;
  }
}
