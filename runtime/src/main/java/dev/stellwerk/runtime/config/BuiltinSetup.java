package dev.stellwerk.runtime.config;

import dev.stellwerk.tools.ToolSource;
import dev.stellwerk.tools.builtin.BuiltinConfig;
import dev.stellwerk.tools.builtin.BuiltinTools;
import java.io.IOException;

/// The built-in tools of a configuration.
final class BuiltinSetup {
  private BuiltinSetup() {}

  static ToolSource source(StellwerkConfig config) {
    try {
      return BuiltinTools.source(BuiltinConfig.of(config.tools().root(), DataDirectory.of(config)));
    } catch (IOException e) {
      throw new ConfigException(
          "the folder of the file tools, "
              + config.tools().root()
              + ", cannot be used: "
              + e.getMessage()
              + "; choose another with --root");
    }
  }
}
