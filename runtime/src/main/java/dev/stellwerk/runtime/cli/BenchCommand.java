package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.engine.Benchmark;
import dev.stellwerk.inference.engine.ContextExceededException;
import dev.stellwerk.inference.engine.Engine;
import dev.stellwerk.inference.engine.EngineConfig;
import dev.stellwerk.inference.engine.Engines;
import dev.stellwerk.inference.engine.OverloadedException;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.runtime.config.ModelFiles;
import dev.stellwerk.runtime.config.ModelSetup;
import dev.stellwerk.runtime.config.StellwerkConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `model bench`: how fast a model reads and writes on this machine.
@Command(
    name = "bench",
    description = "How fast a model reads prompts and generates, end to end.",
    footer = {
      "",
      "Examples:",
      "  stellwerk model bench",
      "  stellwerk model bench --model kimi.gguf --prompt 512 --generate 64 --json"
    })
final class BenchCommand implements Callable<Integer> {
  private final Workplace workplace;

  @Mixin ModelOptions model = new ModelOptions();

  @Option(names = "--prompt", paramLabel = "N", description = "Tokens to read; default: 512.")
  int prompt = 512;

  @Option(
      names = "--generate",
      paramLabel = "N",
      description = "Tokens to generate after them, 2 or more; default: 64.")
  int generate = 64;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Speeds are medians over so many, after a warm-up; default: 5.")
  int repetitions = 5;

  @Option(names = "--json", description = "The figures as JSON.")
  boolean json;

  BenchCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      Benchmark.check(prompt, generate, repetitions);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    StellwerkConfig config = workplace.config(model, null, Map.of());
    Path file = ModelSetup.file(config, Workplace.home());
    EngineConfig engineConfig = ModelSetup.engine(config);
    long start = System.nanoTime();
    try (Progress progress = new Progress(workplace.terminal());
        Gguf gguf = Gguf.open(file)) {
      progress.show(Progress.LOADING);
      try (Engine engine = Engines.load(gguf, engineConfig, progress.loading())) {
        double loadSeconds = (System.nanoTime() - start) / 1e9;
        progress.show("measuring");
        int vocabulary = Math.toIntExact(gguf.requiredTensor("token_embd.weight").dim(1));
        Benchmark.Result result =
            Benchmark.run(engine, vocabulary, prompt, generate, repetitions, config.model().seed());
        progress.clear();
        print(ModelFiles.name(file), engineConfig, loadSeconds, result);
      }
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    } catch (ContextExceededException | OverloadedException e) {
      throw new CliException(ExitCode.RUN_STOPPED, String.valueOf(e.getMessage()));
    }
    return ExitCode.DONE;
  }

  private void print(
      String name, EngineConfig engine, double loadSeconds, Benchmark.Result result) {
    PrintStream out = workplace.terminal().out();
    String mode = result.numericMode().name().toLowerCase(Locale.ROOT);
    if (json) {
      ObjectNode line = new ObjectMapper().createObjectNode();
      line.put("model", name);
      line.put("backend", engine.backend());
      line.put("threads", engine.threads());
      line.put("numericMode", mode);
      line.put("loadSeconds", rounded(loadSeconds));
      line.put("prompt", result.prompt());
      line.put("generate", result.generate());
      line.put("repetitions", result.repetitions());
      line.put("promptTokensPerSecond", rounded(result.promptTokensPerSecond()));
      line.put("decodeTokensPerSecond", rounded(result.decodeTokensPerSecond()));
      line.put("decodeCollections", result.collections());
      line.put("decodeBytesAllocatedPerToken", result.allocatedBytesPerToken());
      out.println(line);
      return;
    }
    out.printf(
        Locale.ROOT,
        "%s, backend %s, %d threads, %s; medians of %d%n",
        name,
        engine.backend(),
        engine.threads(),
        mode,
        result.repetitions());
    out.printf(Locale.ROOT, "%-9s %10.2f s%n", "load", loadSeconds);
    out.printf(
        Locale.ROOT,
        "%-9s %10.1f tokens/s, %d tokens%n",
        "prompt",
        result.promptTokensPerSecond(),
        result.prompt());
    out.printf(
        Locale.ROOT,
        "%-9s %10.1f tokens/s, %d tokens; %d garbage collections, %d bytes allocated a token%n",
        "generate",
        result.decodeTokensPerSecond(),
        result.generate(),
        result.collections(),
        result.allocatedBytesPerToken());
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
