package dev.stellwerk.runtime.config;

import dev.stellwerk.inference.engine.EngineConfig;
import dev.stellwerk.runtime.chat.LocalModel;
import dev.stellwerk.runtime.chat.ModelUnavailableException;
import java.nio.file.Path;

/// Loads the model that a configuration names.
public final class ModelSetup {
  private ModelSetup() {}

  /// Finds the file and loads it.
  ///
  /// @param home the installation's folder, for names without a path
  public static LocalModel load(StellwerkConfig.Model model, Path home) {
    Path file = ModelFiles.of(home).find(model.file().orElse(ModelFiles.EMBEDDED));
    EngineConfig defaults = EngineConfig.defaults();
    try {
      return LocalModel.load(
          file,
          new EngineConfig(
              model.backend(),
              model.threads() == 0 ? defaults.threads() : model.threads(),
              defaults.kvBytesMax(),
              model.sessionsMax(),
              defaults.chunkTokensMax()));
    } catch (IllegalArgumentException e) {
      throw new ModelUnavailableException(String.valueOf(e.getMessage()));
    }
  }
}
