package dev.stellwerk.runtime.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which model answers, and how.
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "FILE|NAME",
      description = "A GGUF file, or a name that `model list` shows; default: the embedded model.")
  @Nullable String model;

  @Option(
      names = "--tool-format",
      paramLabel = "NAME",
      description =
          "How the model writes tool calls: kimi-k2, harmony, qwen3-coder or hermes; default: as"
              + " its chat template says.")
  @Nullable String toolFormat;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "auto, vector or scalar; default: auto.")
  @Nullable String backend;

  @Option(
      names = "--numeric-mode",
      paramLabel = "MODE",
      description =
          "exact (default): the same tokens whatever else the engine does; fast: prefill may round"
              + " elsewhere.")
  @Nullable String numericMode;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that compute; default: one a core.")
  @Nullable Integer threads;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 (default) always takes the likeliest token; 1 samples as trained.")
  @Nullable Float temperature;

  @Option(names = "--seed", paramLabel = "N", description = "Of the random numbers; default: 0.")
  @Nullable Long seed;

  void into(Map<String, String> flags) {
    put(flags, "stellwerk.model.file", model);
    put(flags, "stellwerk.model.tool-format", toolFormat);
    put(flags, "stellwerk.model.backend", backend);
    put(flags, "stellwerk.model.numeric-mode", numericMode);
    put(flags, "stellwerk.model.threads", threads);
    put(flags, "stellwerk.model.temperature", temperature);
    put(flags, "stellwerk.model.seed", seed);
  }

  private static void put(Map<String, String> flags, String name, @Nullable Object value) {
    if (value != null) {
      flags.put(name, value.toString());
    }
  }
}
