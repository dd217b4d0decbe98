package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.engine.ContextExceededException;
import dev.stellwerk.inference.engine.EngineConfig;
import dev.stellwerk.inference.engine.LogitsReader;
import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.runtime.config.ModelFiles;
import dev.stellwerk.runtime.config.ModelSetup;
import dev.stellwerk.runtime.config.StellwerkConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `logits`: what a model computes, to hold it against another implementation.
@Command(
    name = "logits",
    description = "The logits after a sequence of token ids: what a model computes.")
final class LogitsCommand implements Callable<Integer> {
  private static final int TOP_MAX = 1_000;

  private final Workplace workplace;

  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = "--tokens",
      paramLabel = "ID,…",
      split = ",",
      required = true,
      description = "The sequence.")
  int[] tokens = {};

  @Option(names = "--all", description = "After every token; default: after the last one.")
  boolean all;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "How many of the highest to show without --json; default: 10.")
  int top = 10;

  @Option(
      names = "--json",
      description = "All logits, one position a line: position, token, logits.")
  boolean json;

  LogitsCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() {
    if (top < 1 || top > TOP_MAX) {
      throw new CliException(ExitCode.USAGE, "--top " + top + " is not in 1.." + TOP_MAX);
    }
    StellwerkConfig config = workplace.config(model, null, Map.of());
    Path file = ModelSetup.file(config, Workplace.home());
    try (Progress progress = new Progress(workplace.terminal());
        Gguf gguf = Gguf.open(file)) {
      progress.show(Progress.LOADING);
      TokenTexts texts = TokenTexts.of(gguf);
      EngineConfig engine = ModelSetup.engine(config);
      LogitsReader.read(
          gguf,
          engine,
          progress.loading(),
          Tokens.of(tokens),
          all,
          (position, logits) -> {
            progress.clear();
            if (json) {
              line(ModelFiles.name(file), engine, position, logits);
            } else {
              table(texts, position, logits);
            }
          });
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    } catch (ContextExceededException e) {
      throw new CliException(ExitCode.RUN_STOPPED, String.valueOf(e.getMessage()));
    }
    return ExitCode.DONE;
  }

  private void line(String name, EngineConfig engine, int position, float[] logits) {
    ObjectNode line = new ObjectMapper().createObjectNode();
    line.put("model", name);
    line.put("numericMode", engine.numericMode().name().toLowerCase(Locale.ROOT));
    line.put("position", position);
    line.put("token", tokens[position]);
    ArrayNode values = line.putArray("logits");
    for (float logit : logits) {
      values.add(logit);
    }
    workplace.terminal().out().println(line);
  }

  private void table(TokenTexts texts, int position, float[] logits) {
    PrintStream out = workplace.terminal().out();
    if (all) {
      out.printf(
          "after %d, token %d %s%n", position, tokens[position], texts.quoted(tokens[position]));
    }
    out.printf("%12s  %8s  %s%n", "logit", "token", "text");
    for (int id : highest(logits)) {
      out.printf(Locale.ROOT, "%12.6f  %8d  %s%n", logits[id], id, texts.quoted(id));
    }
  }

  private List<Integer> highest(float[] logits) {
    List<Integer> best = new ArrayList<>();
    for (int id = 0; id < logits.length; id++) {
      int at = best.size();
      while (at > 0 && logits[best.get(at - 1)] < logits[id]) {
        at--;
      }
      if (at < top) {
        best.add(at, id);
        if (best.size() > top) {
          best.removeLast();
        }
      }
    }
    return best;
  }
}
