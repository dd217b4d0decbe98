package dev.stellwerk.runtime.config;

import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.engine.EngineConfig;
import dev.stellwerk.inference.engine.LoadProgress;
import dev.stellwerk.inference.engine.QueueLimits;
import dev.stellwerk.runtime.chat.LocalModel;
import dev.stellwerk.runtime.chat.ModelUnavailableException;
import java.nio.file.Path;

/// Loads the model that a configuration names.
public final class ModelSetup {
  private ModelSetup() {}

  /// Finds the file and loads it.
  ///
  /// @param home the installation's folder, for names without a path
  /// @param progress told how far it is
  public static LocalModel load(StellwerkConfig config, Path home, LoadProgress progress) {
    try {
      return LocalModel.load(
          file(config, home), engine(config), config.model().toolFormat(), progress);
    } catch (IllegalArgumentException e) {
      throw new ModelUnavailableException(String.valueOf(e.getMessage()));
    }
  }

  /// The file of the model that a configuration names.
  ///
  /// @throws ModelUnavailableException when there is none
  public static Path file(StellwerkConfig config, Path home) {
    return ModelFiles.of(config, home).find(config.model().file().orElse(ModelFiles.EMBEDDED));
  }

  /// The limits of an engine.
  ///
  /// @throws IllegalArgumentException when they make no sense
  public static EngineConfig engine(StellwerkConfig config) {
    StellwerkConfig.Model model = config.model();
    EngineConfig defaults = EngineConfig.defaults();
    return new EngineConfig(
        model.backend(),
        model.threads() == 0 ? defaults.threads() : model.threads(),
        model.kvBytesMax(),
        model.sessionsMax(),
        defaults.chunkTokensMax(),
        numericMode(model),
        new QueueLimits(
            model.runningMax(),
            model.waitingMax(),
            model.pinMillisMax(),
            config.runs().retryAfterMillis()));
  }

  private static NumericMode numericMode(StellwerkConfig.Model model) {
    return switch (model.numericMode()) {
      case "exact" -> NumericMode.EXACT;
      case "fast" -> NumericMode.FAST;
      default ->
          throw new ConfigException(
              "configuration: model.numeric-mode is '"
                  + model.numericMode()
                  + "'; expected exact or fast");
    };
  }
}
