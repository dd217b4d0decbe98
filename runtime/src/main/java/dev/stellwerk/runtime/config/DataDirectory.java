package dev.stellwerk.runtime.config;

import java.nio.file.Path;

/// Where a configuration keeps its data.
final class DataDirectory {
  private DataDirectory() {}

  static Path of(StellwerkConfig config) {
    return config
        .data()
        .directory()
        .orElseGet(() -> Path.of(System.getProperty("user.home", "."), ".stellwerk"));
  }
}
