package dev.stellwerk.runtime.cli;

import dev.stellwerk.runtime.config.ConfigFiles;
import dev.stellwerk.runtime.config.StellwerkConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What every command has: a terminal, the global options, and the configuration that they lead to.
record Workplace(Terminal terminal, GlobalOptions global) {
  /// The configuration under a command's flags.
  ///
  /// @param model the model options of the command, if it has any
  /// @param tools the tool options of the command, if it has any
  StellwerkConfig config(
      @Nullable ModelOptions model, @Nullable ToolOptions tools, Map<String, String> more) {
    Map<String, String> flags = new LinkedHashMap<>(more);
    global.into(flags);
    if (model != null) {
      model.into(flags);
    }
    if (tools != null) {
      tools.into(flags);
    }
    CommandLog.configure(terminal, global.verbose);
    return ConfigFiles.load(Optional.ofNullable(global.config), System.getenv(), flags);
  }

  /// The folder of the installation, where the launcher lies.
  static Path home() {
    return Path.of(System.getProperty("stellwerk.home", "."));
  }
}
