package dev.stellwerk.runtime.config;

import dev.stellwerk.runtime.chat.ModelUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The model files that come with the installation.
///
/// @param directory the models folder
public record ModelFiles(Path directory) {
  /// The model that answers when no other is asked for.
  public static final String EMBEDDED = "stellwerk-embedded";

  private static final String SUFFIX = ".gguf";

  /// The models folder of an installation.
  public static ModelFiles of(Path home) {
    return new ModelFiles(home.resolve("models"));
  }

  /// Names of the models in the folder.
  public List<String> names() {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ModelUnavailableException("the folder " + directory + " cannot be read: " + e);
    }
  }

  /// The file that is meant by a path or a name.
  ///
  /// @throws ModelUnavailableException when there is none
  public Path find(String fileOrName) {
    Path named = directory.resolve(fileOrName + SUFFIX).normalize();
    if (named.startsWith(directory.normalize()) && Files.isRegularFile(named)) {
      return named;
    }
    Path file = Path.of(fileOrName);
    if (Files.isRegularFile(file)) {
      return file;
    }
    throw new ModelUnavailableException(
        "there is no model '"
            + fileOrName
            + "': neither a file nor one of "
            + names()
            + " in "
            + directory);
  }
}
