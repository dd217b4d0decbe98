package dev.stellwerk.tools.builtin;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;

/// How the built-in tools are set up.
///
/// @param root the folder that the file tools see; it must exist
/// @param data the folder that keeps the notes; made when the first note is saved
/// @param clock the time, and in its zone the time zone of this machine
public record BuiltinConfig(Path root, Path data, Clock clock, FileLimits files, NoteLimits notes) {
  public BuiltinConfig {
    requireNonNull(root, "root");
    requireNonNull(data, "data");
    requireNonNull(clock, "clock");
    requireNonNull(files, "files");
    requireNonNull(notes, "notes");
  }

  /// With the default limits and the system's clock.
  public static BuiltinConfig of(Path root, Path data) {
    return new BuiltinConfig(
        root, data, Clock.system(ZoneId.systemDefault()), FileLimits.DEFAULT, NoteLimits.DEFAULT);
  }
}
