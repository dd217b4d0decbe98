package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.Batch;
import dev.stellwerk.inference.model.Model;
import dev.stellwerk.inference.model.Models;
import dev.stellwerk.inference.platform.Memory;

/// The logits of a token sequence, without sampling: to hold a model against another implementation
/// of it.
public final class LogitsReader {
  private LogitsReader() {}

  /// Takes the logits after one token.
  @FunctionalInterface
  public interface Consumer {
    /// Called in the order of positions.
    ///
    /// @param logits one a token of the vocabulary; used again for the next position
    void accept(int position, float[] logits);
  }

  /// Computes a sequence from its start, in chunks as an engine does.
  ///
  /// @param all whether to deliver the logits after every token, in order, or after the last only
  /// @throws ContextExceededException when the sequence is longer than the model's context
  /// @throws IllegalArgumentException when there is no token, or one is not in the vocabulary
  /// @throws dev.stellwerk.inference.format.ModelFileException when the model cannot be used
  public static void read(
      Gguf gguf,
      EngineConfig config,
      LoadProgress progress,
      Tokens tokens,
      boolean all,
      Consumer consumer) {
    try (Backend backend = Engines.backend(gguf, config, progress)) {
      Model model = Models.load(gguf, backend, config.chunkTokensMax());
      check(tokens, model);
      KvView cache = new KvView(model.kvLayout());
      while (cache.capacity() < tokens.size()) {
        cache.add(backend.allocate(model.kvLayout().blockBytes()));
      }
      int chunk = Math.min(config.chunkTokensMax(), tokens.size());
      Batch batch = new Batch(backend, chunk, 1);
      Rows rows = Rows.allocate(backend, all ? chunk : 1, model.spec().vocabulary());
      float[] logits = new float[model.spec().vocabulary()];
      for (int from = 0; from < tokens.size(); from += chunk) {
        int to = Math.min(tokens.size(), from + chunk);
        batch.clear();
        batch.begin(cache, from);
        for (int i = from; i < to; i++) {
          batch.add(tokens.get(i), all || i == tokens.size() - 1);
        }
        model.forward(batch, rows);
        for (int row = 0; row < batch.logitCount(); row++) {
          copy(rows.address(row), logits);
          consumer.accept(to - batch.logitCount() + row, logits);
        }
      }
    }
  }

  private static void check(Tokens tokens, Model model) {
    int vocabulary = model.spec().vocabulary();
    if (tokens.size() == 0) {
      throw new IllegalArgumentException("there are no tokens");
    }
    if (tokens.size() > model.spec().contextLength()) {
      throw new ContextExceededException(tokens.size(), model.spec().contextLength());
    }
    tokens.check(vocabulary);
  }

  private static void copy(long from, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = Memory.getFloat(from + 4L * i);
    }
  }
}
