package dev.stellwerk.runtime.config;

import java.util.Objects;

/// The version of this build.
public final class Version {
  private Version() {}

  /// As the jar's manifest has it; `development` when not run from one.
  public static String current() {
    return Objects.requireNonNullElse(
        Version.class.getPackage().getImplementationVersion(), "development");
  }
}
