package dev.stellwerk.runtime.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a run is made.
final class RunOptions {
  @Option(
      names = "--max-turns",
      paramLabel = "N",
      description = "Turns of the model before the run is stopped; default: 12.")
  @Nullable Integer turnsMax;

  @Option(names = "--yes", description = "Approve every tool call that would be asked about.")
  boolean yes;

  Map<String, String> flags() {
    Map<String, String> flags = new LinkedHashMap<>();
    if (turnsMax != null) {
      flags.put("stellwerk.run.turns-max", turnsMax.toString());
    }
    return flags;
  }
}
