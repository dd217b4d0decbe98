package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.runtime.config.HubSetup;
import dev.stellwerk.runtime.config.ModelFiles;
import dev.stellwerk.runtime.config.StellwerkConfig;
import dev.stellwerk.runtime.hub.ModelPull;
import dev.stellwerk.runtime.hub.ModelPull.Pulled;
import dev.stellwerk.runtime.hub.PullProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `model pull`: brings a model from a hub or any HTTPS server.
@Command(
    name = "pull",
    description =
        "Bring a model: from a repository of the hub, or from an address. Started again, it goes on"
            + " where it stopped.")
final class PullCommand implements Callable<Integer> {
  private final Workplace workplace;

  @Parameters(
      paramLabel = "MODEL",
      description =
          "owner/repository, with :FILE or :QUANT where it has several models; or an https address,"
              + " of any part of a split model.")
  String model = "";

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Where the files go; default: DATA/models, where --model NAME finds them.")
  @Nullable Path directory;

  @Option(
      names = "--sha256",
      paramLabel = "HEX",
      description =
          "The checksum that the file must have; repeated for each file of a split model.")
  List<String> sha256 = List.of();

  @Option(
      names = "--revision",
      paramLabel = "NAME",
      description = "Of the repository: a branch, tag or commit; default: main.")
  String revision = "main";

  @Option(names = "--json", description = "What was pulled, as JSON.")
  boolean json;

  PullCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() throws InterruptedException {
    StellwerkConfig config = workplace.config(null, null, Map.of());
    Path to = directory == null ? ModelFiles.pulled(config) : directory;
    ModelPull.Wanted wanted = new ModelPull.Wanted(model, revision, sha256, to);
    List<Pulled> pulled;
    try (Progress progress = new Progress(workplace.terminal())) {
      pulled = new ModelPull(HubSetup.of(config, System.getenv()), new Shown(progress)).run(wanted);
    }
    boolean named = directory == null || to.equals(ModelFiles.pulled(config));
    Path first = pulled.getFirst().path();
    String use = named ? ModelFiles.name(first) : first.toString();
    if (json) {
      workplace.terminal().out().println(json(pulled, use));
    } else {
      pulled.forEach(this::print);
      workplace.terminal().out().println("use it with: stellwerk run --model " + use + " \"…\"");
    }
    return ExitCode.DONE;
  }

  private void print(Pulled file) {
    workplace
        .terminal()
        .out()
        .println(
            "%s  %s, SHA-256 %s %s"
                .formatted(
                    file.path(),
                    Sizes.of(file.bytes()),
                    file.sha256(),
                    file.verified() ? "as expected" : "(nobody said what to expect)"));
  }

  private static ObjectNode json(List<Pulled> pulled, String use) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("model", use);
    for (Pulled file : pulled) {
      json.withArray("files")
          .addObject()
          .put("path", file.path().toString())
          .put("bytes", file.bytes())
          .put("sha256", file.sha256())
          .put("transferredBytes", file.transferred())
          .put("verified", file.verified());
    }
    return json;
  }

  /// Puts a pull's progress on the terminal's line.
  private record Shown(Progress progress) implements PullProgress {
    @Override
    public void looking(String where) {
      progress.show("asking for " + where);
    }

    @Override
    public void transferring(String file, long bytesDone, long bytesTotal) {
      progress.show("pulling " + file + ", " + Sizes.of(bytesDone, bytesTotal));
    }

    @Override
    public void checking(String file, long bytesDone, long bytesTotal) {
      progress.show("checking " + file + ", " + Sizes.of(bytesDone, bytesTotal));
    }

    @Override
    public void waiting(String reason, Duration pause) {
      progress.show("trying again in " + pause.toSeconds() + " s: " + reason);
    }
  }
}
