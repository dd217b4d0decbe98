package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.TensorInfo;
import dev.stellwerk.inference.model.Model;
import dev.stellwerk.inference.model.Models;
import java.util.BitSet;
import java.util.List;

/// Starts engines.
public final class Engines {
  /// Metadata keys that hold ids of tokens that end a turn.
  private static final List<String> END_KEYS =
      List.of(
          "tokenizer.ggml.eos_token_id",
          "tokenizer.ggml.eot_token_id",
          "tokenizer.ggml.eom_token_id");

  private Engines() {}

  /// Loads a model without telling how far it is.
  ///
  /// @see #load(Gguf, EngineConfig, LoadProgress)
  public static Engine load(Gguf gguf, EngineConfig config) {
    return load(gguf, config, LoadProgress.NONE);
  }

  /// Loads a model and starts its engine. The file must stay open as long as the engine.
  ///
  /// @throws dev.stellwerk.inference.format.ModelFileException when the model cannot be used
  /// @throws IllegalArgumentException when the backend is not available, or the memory for the KV
  ///   cache holds no single block
  public static Engine load(Gguf gguf, EngineConfig config, LoadProgress progress) {
    Backend backend = backend(gguf, config, progress);
    boolean started = false;
    try {
      Model model = gguf.reading(() -> Models.load(gguf, backend, config.chunkTokensMax()));
      LocalEngine engine = LocalEngine.start(model, backend, config, endTokens(gguf));
      started = true;
      return engine;
    } finally {
      if (!started) {
        backend.close();
      }
    }
  }

  /// A backend that tells how far the loading of a file is.
  static Backend backend(Gguf gguf, EngineConfig config, LoadProgress progress) {
    return new ProgressBackend(
        Backends.open(config.backend(), config.threads(), config.numericMode()),
        new ProgressBackend.Tally(progress, bytes(gguf)));
  }

  private static long bytes(Gguf gguf) {
    return gguf.tensors().values().stream().mapToLong(TensorInfo::bytes).sum();
  }

  private static BitSet endTokens(Gguf gguf) {
    BitSet ends = new BitSet();
    for (String key : END_KEYS) {
      if (gguf.integer(key).isPresent()) {
        ends.set(gguf.requiredInteger(key, 0, Integer.MAX_VALUE - 1));
      }
    }
    return ends;
  }
}
