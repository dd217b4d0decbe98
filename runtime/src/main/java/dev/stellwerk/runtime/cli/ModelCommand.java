package dev.stellwerk.runtime.cli;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelCard;
import dev.stellwerk.runtime.config.ModelFiles;
import dev.stellwerk.runtime.config.StellwerkConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `model`: what models there are, and what is in one.
@Command(name = "model", description = "Look at model files, and bring others.")
final class ModelCommand implements Runnable {
  /// Called when no verb of it is given.
  @Override
  public void run() {
    throw new CliException(
        ExitCode.USAGE, "which one: `model info`, `model list` or `model pull`?");
  }

  /// `model info`: reads a file's header only.
  @Command(name = "info", description = "What a model file holds.")
  static final class InfoCommand implements Callable<Integer> {
    private final Workplace workplace;

    @Parameters(
        paramLabel = "FILE|NAME",
        arity = "0..1",
        description = "A GGUF file or a name; default: the embedded model.")
    @Nullable String model;

    InfoCommand(Workplace workplace) {
      this.workplace = workplace;
    }

    @Override
    public Integer call() {
      StellwerkConfig config = workplace.config(null, null, Map.of());
      ModelFiles files = ModelFiles.of(config, Workplace.home());
      Path file = files.find(model == null ? ModelFiles.EMBEDDED : model);
      try (Gguf gguf = Gguf.open(file)) {
        print(file, ModelCard.of(gguf));
      }
      return ExitCode.DONE;
    }

    private void print(Path file, ModelCard card) {
      line("file", file.toString());
      line("name", card.name().isEmpty() ? "(none)" : card.name());
      line("architecture", card.architecture());
      line("parameters", count(card.parameters()));
      line("size", "%.1f MiB".formatted(card.bytes() / 1048576.0));
      line(
          "weights",
          card.quantisation().entrySet().stream()
              .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
              .map(type -> type.getKey() + " " + count(type.getValue()))
              .collect(Collectors.joining(", ")));
      line("layers", Long.toString(card.layers()));
      line(
          "experts",
          card.experts() == 0 ? "dense" : card.experts() + ", " + card.expertsUsed() + " a token");
      line("context", card.contextLength() + " tokens");
      line("vocabulary", card.vocabulary() + " tokens");
      line("licence", card.licence().isEmpty() ? "(not stated)" : card.licence());
    }

    private void line(String name, String value) {
      workplace.terminal().out().printf(Locale.ROOT, "%-13s %s%n", name, value);
    }

    private static String count(long parameters) {
      return parameters >= 1_000_000_000
          ? "%.1fB".formatted(parameters / 1e9)
          : parameters >= 1_000_000
              ? "%.1fM".formatted(parameters / 1e6)
              : "%.1fk".formatted(parameters / 1e3);
    }
  }

  /// `model list`: the files in the installation's models folder.
  @Command(name = "list", description = "The models that come with this installation.")
  static final class ListCommand implements Callable<Integer> {
    private final Workplace workplace;

    ListCommand(Workplace workplace) {
      this.workplace = workplace;
    }

    @Override
    public Integer call() {
      StellwerkConfig config = workplace.config(null, null, Map.of());
      ModelFiles files = ModelFiles.of(config, Workplace.home());
      List<String> names = files.names();
      if (names.isEmpty()) {
        throw new CliException(
            ExitCode.MODEL, "no models in " + files.directories() + "; `model pull` brings some");
      }
      names.forEach(workplace.terminal().out()::println);
      return ExitCode.DONE;
    }
  }
}
