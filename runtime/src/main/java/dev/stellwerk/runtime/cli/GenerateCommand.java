package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler;
import dev.stellwerk.inference.constraint.SchemaConstraint;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.constraint.UnsupportedSchemaException;
import dev.stellwerk.inference.engine.ContextExceededException;
import dev.stellwerk.inference.engine.Engine;
import dev.stellwerk.inference.engine.Engines;
import dev.stellwerk.inference.engine.Generation;
import dev.stellwerk.inference.engine.Request;
import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.engine.Session;
import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.tokenizer.StopStrings;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import dev.stellwerk.runtime.config.ModelFiles;
import dev.stellwerk.runtime.config.ModelSetup;
import dev.stellwerk.runtime.config.StellwerkConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `generate`: what a model writes after a text, without template, tools or journal.
@Command(
    name = "generate",
    description = "Let the model go on with a text: no template, no tools, no journal.")
final class GenerateCommand implements Callable<Integer> {
  private static final int PROMPT_BYTES_MAX = 16 << 20;

  private final Workplace workplace;

  @Parameters(
      paramLabel = "PROMPT|-",
      arity = "1",
      description = "The text, or - to read it from standard input.")
  String prompt = "";

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin SamplingOptions options = new SamplingOptions();

  @Option(
      names = "--special",
      description = "Markers such as <|im_end|> in the prompt become control tokens.")
  boolean special;

  @Option(
      names = "--schema",
      paramLabel = "FILE",
      description =
          "A JSON Schema: only texts that satisfy it are generated, with no undeclared members.")
  @Nullable Path schema;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "The most tokens to generate; default: 256.")
  int tokensMax = 256;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text; may be given again.")
  List<String> stops = new ArrayList<>();

  @Option(names = "--json", description = "One object at the end: text, finishReason, usage.")
  boolean json;

  GenerateCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() throws InterruptedException {
    StellwerkConfig config = workplace.config(model, null, Map.of());
    Sampling sampling = options.sampling(config.model().temperature(), config.model().seed());
    Path file = ModelSetup.file(config, Workplace.home());
    try (Progress progress = new Progress(workplace.terminal());
        Gguf gguf = Gguf.open(file)) {
      Tokenizer tokenizer = Tokenizers.load(gguf);
      Tokens tokens = tokens(tokenizer);
      Constraint constraint = constraint(tokenizer);
      StopStrings stopStrings = new StopStrings(stops);
      progress.show(Progress.LOADING);
      try (Engine engine = Engines.load(gguf, ModelSetup.engine(config), progress.loading());
          Session session = engine.open()) {
        Request request = new Request(tokens, sampling, constraint, tokensMax);
        progress.show("reading the prompt");
        try (Generation generation = session.submit(request)) {
          Completion completion = new Completion(tokenizer, stopStrings, progress);
          completion.read(generation, json ? _ -> {} : this::show);
          progress.clear();
          return report(completion, ModelFiles.name(file), engine);
        }
      }
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    } catch (ContextExceededException e) {
      throw new CliException(ExitCode.RUN_STOPPED, String.valueOf(e.getMessage()));
    }
  }

  private void show(String text) {
    workplace.terminal().out().print(text);
    workplace.terminal().out().flush();
  }

  private int report(Completion completion, String name, Engine engine) {
    Terminal terminal = workplace.terminal();
    if (json) {
      boolean logprobs = options.logprobs >= 0;
      terminal.out().println(completion.json(name, engine.numericMode(), logprobs));
    } else {
      terminal.out().println();
      terminal.err().println(terminal.dim(completion.summary()));
    }
    return completion.failed() ? ExitCode.RUN_STOPPED : ExitCode.DONE;
  }

  private Tokens tokens(Tokenizer tokenizer) {
    String text = prompt.equals("-") ? read() : prompt;
    Tokens tokens = special ? tokenizer.encodeRendered(text) : tokenizer.encodePrompt(text);
    if (tokens.size() == 0) {
      throw new CliException(ExitCode.USAGE, "the prompt is empty");
    }
    return tokens;
  }

  private String read() {
    try {
      byte[] bytes = workplace.terminal().in().readNBytes(PROMPT_BYTES_MAX + 1);
      if (bytes.length > PROMPT_BYTES_MAX) {
        throw new CliException(
            ExitCode.USAGE, "the prompt is longer than " + PROMPT_BYTES_MAX + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CliException(ExitCode.USAGE, "standard input cannot be read: " + e.getMessage());
    }
  }

  private Constraint constraint(Tokenizer tokenizer) {
    if (schema == null) {
      return Constraint.none();
    }
    try {
      var grammar =
          new JsonSchemaCompiler(JsonSchemaCompiler.Options.ARGUMENTS)
              .compile(new ObjectMapper().readTree(Files.readString(schema)));
      return new SchemaConstraint(new Automaton(grammar, TokenIndex.of(tokenizer)));
    } catch (JsonProcessingException e) {
      throw new CliException(ExitCode.USAGE, schema + " is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new CliException(ExitCode.USAGE, schema + " cannot be read: " + e);
    } catch (UnsupportedSchemaException e) {
      throw new CliException(ExitCode.USAGE, schema + ": " + e.getMessage());
    }
  }
}
