package dev.stellwerk.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Runs the launcher as a process of its own, in a folder of its own, on the application that this
/// build made.
final class Product {
  static final Path ROOT =
      Path.of(System.getProperty("stellwerk.root", "../..")).toAbsolutePath().normalize();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SECONDS_MAX = 120;

  private final Path folder;

  /// @param folder working folder; the application's data goes below it too
  Product(Path folder) {
    this.folder = folder;
  }

  /// What a finished process left.
  record Outcome(int exitCode, String out, String err) {
    /// The JSON lines of its output.
    List<JsonNode> lines() {
      return out.lines().filter(line -> !line.isBlank()).map(Outcome::parse).toList();
    }

    JsonNode lastLine() {
      return lines().getLast();
    }

    private static JsonNode parse(String line) {
      try {
        return JSON.readTree(line);
      } catch (IOException e) {
        throw new AssertionError("not a JSON line: " + line, e);
      }
    }
  }

  Outcome run(String... arguments) {
    try {
      Path out = Files.createTempFile(folder.toAbsolutePath().getParent(), "out", ".txt");
      Path err = Files.createTempFile(folder.toAbsolutePath().getParent(), "err", ".txt");
      Process process =
          builder(arguments)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertTrue(ended, () -> "did not end: " + String.join(" ", arguments) + "\n" + read(err));
      return new Outcome(process.exitValue(), read(out), read(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /// A process that goes on; the caller ends it.
  Process start(String... arguments) throws IOException {
    return builder(arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private ProcessBuilder builder(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("stellwerk").toString());
    if (!List.of(arguments).contains("--data")) {
      // Never the person's own journal.
      command.addAll(List.of("--data", folder.resolve(".stellwerk").toString()));
    }
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("STELLWERK_BUILD", "never");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder;
  }

  /// Where the pinned npm packages are, if they were installed; says so when they were not.
  static Optional<Path> npm() {
    String folder = System.getProperty("stellwerk.npm", "");
    if (folder.isEmpty() || !Files.isDirectory(Path.of(folder, "node_modules"))) {
      System.out.println(
          "no npm packages (-Dstellwerk.npm): tests with real MCP peers are skipped");
      return Optional.empty();
    }
    return Optional.of(Path.of(folder));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
