package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import java.util.List;

/// Finds the forward pass for a model file.
public final class Models {
  /// The values of `general.architecture` that load.
  public static final List<String> ARCHITECTURES =
      List.of(
          Deepseek2.ARCHITECTURE, Llama.LLAMA, Llama.QWEN3, Llama.QWEN3_MOE, GptOss.ARCHITECTURE);

  private Models() {}

  /// Loads the weights into a backend.
  ///
  /// @param tokensMax the most tokens of one forward pass
  /// @throws ModelFileException when the architecture is not supported, or a tensor or key is
  ///   missing or has the wrong shape
  public static Model load(Gguf gguf, Backend backend, int tokensMax) {
    String architecture = gguf.requiredString("general.architecture");
    return switch (architecture) {
      case Deepseek2.ARCHITECTURE -> Deepseek2.load(gguf, backend, tokensMax);
      case Llama.LLAMA, Llama.QWEN3, Llama.QWEN3_MOE ->
          Llama.load(gguf, backend, architecture, tokensMax);
      case GptOss.ARCHITECTURE -> GptOss.load(gguf, backend, tokensMax);
      default ->
          throw new ModelFileException(
              gguf.path(),
              "general.architecture",
              "'"
                  + architecture
                  + "' is not supported; supported: "
                  + String.join(", ", ARCHITECTURES));
    };
  }
}
