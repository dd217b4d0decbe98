package dev.stellwerk.inference;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler;
import dev.stellwerk.inference.constraint.SchemaConstraint;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.engine.Engine;
import dev.stellwerk.inference.engine.EngineConfig;
import dev.stellwerk.inference.engine.Engines;
import dev.stellwerk.inference.engine.FinishReason;
import dev.stellwerk.inference.engine.Generation;
import dev.stellwerk.inference.engine.Request;
import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.engine.Session;
import dev.stellwerk.inference.engine.Step;
import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.engine.Usage;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.JinjaChatTemplate;
import dev.stellwerk.inference.tokenizer.StreamingDecoder;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A model from a file, text in and text out: the short way to use this library.
///
/// Greedy by default, so that the same request gives the same text. What it is made of is there for
/// those who need more: [#engine] for conversations, sampling and many generations at once,
/// [#tokenizer] for tokens. Safe for use by many threads.
public final class TextGenerator implements AutoCloseable {
  /// What was generated.
  ///
  /// @param reason [FinishReason#LENGTH] when the text was cut; under a schema it is then no whole
  ///   JSON value
  public record Text(String text, FinishReason reason, Usage usage) {
    public Text {
      requireNonNull(text, "text");
      requireNonNull(reason, "reason");
      requireNonNull(usage, "usage");
    }
  }

  private final Gguf gguf;
  private final Tokenizer tokenizer;
  private final Engine engine;
  private volatile @Nullable JinjaChatTemplate template; // read when it is first needed
  private volatile @Nullable TokenIndex index; // likewise

  private TextGenerator(Gguf gguf, Tokenizer tokenizer, Engine engine) {
    this.gguf = gguf;
    this.tokenizer = tokenizer;
    this.engine = engine;
  }

  /// Loads a model with the resources that suit a small one.
  ///
  /// @param model a GGUF file, or any part of a split one
  /// @throws dev.stellwerk.inference.format.ModelFileException when it cannot be used
  public static TextGenerator load(Path model) {
    return load(model, EngineConfig.defaults());
  }

  /// Loads a model.
  ///
  /// @param model a GGUF file, or any part of a split one
  /// @throws dev.stellwerk.inference.format.ModelFileException when it cannot be used
  /// @throws IllegalArgumentException when the backend is not available
  public static TextGenerator load(Path model, EngineConfig config) {
    Gguf gguf = Gguf.open(model);
    boolean loaded = false;
    try {
      Tokenizer tokenizer = Tokenizers.load(gguf);
      TextGenerator generator = new TextGenerator(gguf, tokenizer, Engines.load(gguf, config));
      loaded = true;
      return generator;
    } finally {
      if (!loaded) {
        gguf.close();
      }
    }
  }

  /// Answers a request, as the model's chat template has it.
  ///
  /// @param request untrusted: nothing in it becomes a control token
  /// @throws dev.stellwerk.inference.format.ModelFileException when the model has no chat template
  /// @throws dev.stellwerk.inference.engine.ContextExceededException when the request is too long
  /// @throws dev.stellwerk.inference.engine.OverloadedException when too many generations run
  public Text answer(String request, int maxTokens) throws InterruptedException {
    return generate(rendered(request), Constraint.none(), Sampling.GREEDY, maxTokens);
  }

  /// Answers a request with one JSON value that satisfies a schema.
  ///
  /// @throws dev.stellwerk.inference.constraint.UnsupportedSchemaException when the schema cannot
  ///   be enforced
  /// @see #answer(String, int)
  public Text answer(String request, JsonNode schema, int maxTokens) throws InterruptedException {
    return generate(rendered(request), constraint(schema), Sampling.GREEDY, maxTokens);
  }

  /// Goes on with a text, without a chat template.
  ///
  /// @throws dev.stellwerk.inference.engine.ContextExceededException when the prompt is too long
  /// @throws dev.stellwerk.inference.engine.OverloadedException when too many generations run
  public Text complete(String prompt, int maxTokens) throws InterruptedException {
    Tokens tokens = tokenizer.encodePrompt(prompt);
    return generate(tokens, Constraint.none(), Sampling.GREEDY, maxTokens);
  }

  /// A constraint to the JSON values that satisfy a schema, for one generation.
  ///
  /// @throws dev.stellwerk.inference.constraint.UnsupportedSchemaException when the schema cannot
  ///   be enforced
  public Constraint constraint(JsonNode schema) {
    TokenIndex shared = index;
    if (shared == null) {
      shared = TokenIndex.of(tokenizer);
      index = shared;
    }
    JsonSchemaCompiler compiler = new JsonSchemaCompiler(JsonSchemaCompiler.Options.COMPACT);
    return new SchemaConstraint(new Automaton(compiler.compile(schema), shared));
  }

  /// Generates from tokens.
  ///
  /// @throws dev.stellwerk.inference.engine.ContextExceededException when there are too many
  /// @throws dev.stellwerk.inference.engine.OverloadedException when too many generations run
  public Text generate(Tokens prompt, Constraint constraint, Sampling sampling, int maxTokens)
      throws InterruptedException {
    StreamingDecoder decoder = tokenizer.decoder();
    StringBuilder text = new StringBuilder();
    try (Session session = engine.open();
        Generation generation =
            session.submit(new Request(prompt, sampling, constraint, maxTokens))) {
      while (true) {
        switch (generation.next()) {
          case Step.Prefilled _ -> {}
          case Step.Token token -> text.append(decoder.accept(token.id()));
          case Step.Finished(FinishReason reason, Usage usage) -> {
            return new Text(text.append(decoder.finish()).toString(), reason, usage);
          }
        }
      }
    }
  }

  public Engine engine() {
    return engine;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public void close() {
    engine.close();
    gguf.close();
  }

  private Tokens rendered(String request) {
    JinjaChatTemplate chat = template;
    if (chat == null) {
      chat = JinjaChatTemplate.load(gguf, Clock.system(ZoneId.systemDefault()));
      template = chat;
    }
    List<ChatMessage> messages = List.of(new ChatMessage.User(tokenizer.neutralise(request)));
    return tokenizer.encodeRendered(chat.render(messages, List.of(), true));
  }
}
