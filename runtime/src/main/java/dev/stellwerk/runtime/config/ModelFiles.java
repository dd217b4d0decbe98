package dev.stellwerk.runtime.config;

import dev.stellwerk.inference.format.SplitName;
import dev.stellwerk.runtime.chat.ModelUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The model files that have a name: those that come with the installation, and those that were
/// pulled.
///
/// @param directories where to look, first to last
public record ModelFiles(List<Path> directories) {
  /// The model that answers when no other is asked for.
  public static final String EMBEDDED = "stellwerk-embedded";

  private static final String SUFFIX = ".gguf";

  public ModelFiles {
    directories = List.copyOf(directories);
  }

  /// The models folders of an installation and of its user.
  public static ModelFiles of(StellwerkConfig config, Path home) {
    return new ModelFiles(List.of(home.resolve("models"), pulled(config)));
  }

  /// Where pulled models go when nothing else is said.
  public static Path pulled(StellwerkConfig config) {
    return DataDirectory.of(config).resolve("models");
  }

  /// Names of the models in the folders; a model of several files has one.
  public List<String> names() {
    return directories.stream()
        .filter(Files::isDirectory)
        .flatMap(directory -> files(directory).stream())
        .map(ModelFiles::name)
        .distinct()
        .sorted()
        .toList();
  }

  /// The name that a file's model goes by.
  public static String name(Path file) {
    SplitName part = SplitName.of(file);
    String name = String.valueOf(file.getFileName());
    return part != null
        ? part.base()
        : name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
  }

  /// The file that is meant by a path or a name; the first one of a model of several files.
  ///
  /// @throws ModelUnavailableException when there is none
  public Path find(String fileOrName) {
    Optional<Path> named =
        directories.stream()
            .filter(Files::isDirectory)
            .flatMap(directory -> files(directory).stream())
            .filter(file -> name(file).equals(fileOrName))
            .findFirst();
    if (named.isPresent()) {
      return named.get();
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
            + "; `model pull` brings others");
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).endsWith(SUFFIX))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ModelUnavailableException("the folder " + directory + " cannot be read: " + e);
    }
  }
}
