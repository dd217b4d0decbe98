package dev.stellwerk.runtime.cli;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.inspect.ModelInspector;
import dev.stellwerk.runtime.config.ModelFiles;
import dev.stellwerk.runtime.config.StellwerkConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `model`: what models there are, and what is in one.
@Command(name = "model", description = "Look at model files, and bring others.")
final class ModelCommand implements Runnable {
  /// Called when no verb of it is given.
  @Override
  public void run() {
    throw new CliException(
        ExitCode.USAGE, "which one: `model info`, `model list`, `model pull` or `model bench`?");
  }

  /// `model info`: reads a file's header, and loads it without its weights' bytes being read.
  @Command(
      name = "info",
      description = "What a model file holds, what it needs, and whether it runs here.")
  static final class InfoCommand implements Callable<Integer> {
    private final Workplace workplace;

    @Parameters(
        paramLabel = "FILE|NAME",
        arity = "0..1",
        description =
            "A GGUF file, any part of a split one, or a name; default: the embedded model.")
    @Nullable String file;

    @Option(names = "--model", paramLabel = "FILE|NAME", description = "The same.")
    @Nullable String model;

    @Option(names = "--json", description = "The table as JSON.")
    boolean json;

    InfoCommand(Workplace workplace) {
      this.workplace = workplace;
    }

    @Override
    public Integer call() {
      if (file != null && model != null) {
        throw new CliException(ExitCode.USAGE, "name the model once");
      }
      StellwerkConfig config = workplace.config(null, null, Map.of());
      String wanted = model != null ? model : file != null ? file : ModelFiles.EMBEDDED;
      Path path = ModelFiles.of(config, Workplace.home()).find(wanted);
      try (Gguf gguf = Gguf.inspect(path)) {
        InfoPrinter printer =
            new InfoPrinter(workplace.terminal(), path, ModelInspector.report(gguf));
        if (json) {
          printer.json();
        } else {
          printer.table();
        }
      }
      return ExitCode.DONE;
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
