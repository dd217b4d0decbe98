package dev.stellwerk.runtime.cli;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of every verb.
final class GlobalOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration; default: ./stellwerk.yaml if it is there.")
  @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the journal and the notes are kept; default: ~/.stellwerk.")
  @Nullable Path data;

  @Option(names = "--verbose", description = "Log more, and show stack traces.")
  boolean verbose;

  void into(Map<String, String> flags) {
    if (data != null) {
      flags.put("stellwerk.data.directory", data.toString());
    }
  }
}
