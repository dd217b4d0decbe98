package dev.stellwerk.mcp.client;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// Where the real peers from npm lie, for the tests that talk to them.
public final class NpmPeers {
  private NpmPeers() {}

  /// The command of an installed package; a test without it says so in one line and is skipped.
  public static Path command(String name) {
    String folder = System.getProperty("stellwerk.npm", "");
    Path command = Path.of(folder, "node_modules", ".bin", name);
    if (folder.isEmpty() || !Files.isExecutable(command)) {
      String line =
          "SKIPPED: no %s; install .ci/npm and set -Dstellwerk.npm to its folder".formatted(name);
      System.out.println(line);
      Assumptions.abort(line);
    }
    return command;
  }
}
