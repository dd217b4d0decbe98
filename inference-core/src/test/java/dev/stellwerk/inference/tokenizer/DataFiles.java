package dev.stellwerk.inference.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Archives outside the repository, in the folder that `-Dstellwerk.data` names.
final class DataFiles {
  private DataFiles() {}

  /// Unpacks `tokenizer/NAME` into a folder; prints a line and returns nothing when that cannot be
  /// done here.
  static Optional<Path> unpack(String name, Path folder) throws IOException, InterruptedException {
    Path archive = Path.of(System.getProperty("stellwerk.data", ""), "tokenizer", name);
    if (!Files.exists(archive)) {
      System.out.println("skipped: no " + name + " (set -Dstellwerk.data)");
      return Optional.empty();
    }
    Process tar =
        new ProcessBuilder("tar", "-xf", archive.toString(), "-C", folder.toString())
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      System.out.println("skipped: tar cannot unpack " + name);
      return Optional.empty();
    }
    return Optional.of(folder);
  }
}
