package dev.stellwerk.runtime.config;

import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/// Reads the configuration: flags, then the environment, then one file, then defaults.
public final class ConfigFiles {
  /// Read from the current folder when no other file is named.
  public static final String DEFAULT_FILE = "stellwerk.yaml";

  private static final int FLAGS_ORDINAL = 400;
  private static final int ENVIRONMENT_ORDINAL = 300;
  private static final int FILE_ORDINAL = 200;

  private ConfigFiles() {}

  /// The configuration of this process.
  ///
  /// @param file named by the user; without it `stellwerk.yaml` is read if it is there
  /// @param flags what the command line says, by full property name
  /// @throws ConfigException when the file cannot be read or a value is not what it should be
  public static StellwerkConfig load(
      Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withMapping(StellwerkConfig.class)
            .withSources(
                new PropertiesConfigSource(flags, "command line", FLAGS_ORDINAL),
                new EnvConfigSource(environment, ENVIRONMENT_ORDINAL));
    fileSource(file).ifPresent(builder::withSources);
    try {
      SmallRyeConfig config = builder.build();
      return config.getConfigMapping(StellwerkConfig.class);
    } catch (ConfigValidationException e) {
      throw new ConfigException(problems(e));
    } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<ConfigSource> fileSource(Optional<Path> named) {
    Path file = named.orElse(Path.of(DEFAULT_FILE));
    if (!Files.isRegularFile(file)) {
      if (named.isPresent()) {
        throw new ConfigException("the configuration file " + file + " is not there");
      }
      return Optional.empty();
    }
    try {
      return Optional.of(
          new YamlConfigSource(file.toString(), Files.readString(file), FILE_ORDINAL));
    } catch (IOException | RuntimeException e) {
      // The YAML parser's exceptions share no narrower type; all mean that the file is not
      // readable.
      throw new ConfigException(
          "the configuration file " + file + " cannot be read: " + oneLine(e.getMessage()));
    }
  }

  private static String oneLine(@Nullable String message) {
    return String.valueOf(message).strip().replaceAll("\\s+", " ");
  }

  private static String problems(ConfigValidationException e) {
    List<String> problems =
        java.util.stream.IntStream.range(0, e.getProblemCount())
            .mapToObj(i -> e.getProblem(i).getMessage())
            .toList();
    return "configuration: " + String.join("; ", problems);
  }
}
