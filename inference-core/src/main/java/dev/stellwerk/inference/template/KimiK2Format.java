package dev.stellwerk.inference.template;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.Grammar;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.constraint.UnsupportedSchemaException;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The tool calls of Kimi K2:
///
/// ```
/// text <|tool_calls_section_begin|>
///   <|tool_call_begin|>functions.NAME:INDEX<|tool_call_argument_begin|>{...}<|tool_call_end|> ...
/// <|tool_calls_section_end|> end of turn
/// ```
///
/// Thread-safe; one a tokenizer. Compiled schemas are kept, so a catalogue costs its compilation
/// once.
public final class KimiK2Format implements ToolCallFormat {
  /// Argument automata kept before they are dropped together.
  static final int SCHEMAS_KEPT_MAX = 4_096;

  private final Options options;
  private final KimiK2Tokens tokens;
  private final TokenIndex index;
  private final JsonSchemaCompiler compiler =
      new JsonSchemaCompiler(JsonSchemaCompiler.Options.ARGUMENTS);
  private final Map<JsonNode, Automaton> automata = new ConcurrentHashMap<>();

  /// How a turn may reason before it answers.
  public enum Thinking {
    /// The markers of reasoning are banned.
    NONE,
    /// The turn may hold `<think>` sections.
    ALLOWED,
    /// The prompt has opened a section; the turn begins inside it.
    OPENED
  }

  /// What a turn may hold.
  ///
  /// @param callsMax the most calls in one turn
  public record Options(Thinking thinking, int callsMax) {
    public static final Options DEFAULTS = new Options(Thinking.NONE, 16);

    public Options {
      requireNonNull(thinking, "thinking");
      if (callsMax < 1) {
        throw new IllegalArgumentException("callsMax " + callsMax + " is below 1");
      }
    }
  }

  /// @throws IllegalArgumentException when the vocabulary lacks a marker that is needed
  public KimiK2Format(Tokenizer tokenizer, Options options) {
    this.options = options;
    this.tokens = KimiK2Tokens.of(tokenizer);
    if (options.thinking != Thinking.NONE && !tokens.canThink()) {
      throw new IllegalArgumentException("the vocabulary has no <think> and </think>");
    }
    this.index = TokenIndex.of(tokenizer, tokens.all());
  }

  /// Whether a vocabulary has the markers of this format.
  public static boolean fits(Tokenizer tokenizer) {
    return KimiK2Tokens.missing(tokenizer).isEmpty();
  }

  /// Compiles a function's schema, so that an unsupported one is known before a turn needs it.
  ///
  /// @throws UnsupportedSchemaException when its arguments cannot be enforced
  @Override
  public void check(Function function) {
    arguments(function);
  }

  @Override
  public Constraint constraint(
      List<Function> functions, Choice choice, boolean parallel, int firstCallIndex) {
    if (firstCallIndex < 0) {
      throw new IllegalArgumentException("firstCallIndex " + firstCallIndex + " is below 0");
    }
    Map<String, Automaton> offered = new LinkedHashMap<>();
    if (!(choice instanceof Choice.None)) {
      for (Function function : functions) {
        if (!(choice instanceof Choice.Named named) || named.function().equals(function.name())) {
          offered.put(function.name(), arguments(function));
        }
      }
    }
    boolean mustCall = choice instanceof Choice.Required || choice instanceof Choice.Named;
    if (mustCall && offered.isEmpty()) {
      throw new IllegalArgumentException(choice + " with no such function among the offered ones");
    }
    int callsMax = parallel && !(choice instanceof Choice.Named) ? options.callsMax : 1;
    KimiK2Turn turn =
        new KimiK2Turn(
            index,
            tokens,
            options.thinking,
            offered,
            new Grammar.Choices(offered.keySet()),
            mustCall,
            callsMax,
            firstCallIndex);
    return new KimiK2Constraint(turn);
  }

  @Override
  public TurnParser parser() {
    return new KimiK2Parser(index.tokenizer(), tokens, options.thinking == Thinking.OPENED);
  }

  private Automaton arguments(Function function) {
    Automaton known = automata.get(function.schema());
    if (known != null) {
      return known;
    }
    Automaton fresh = new Automaton(compile(function), index);
    if (automata.size() >= SCHEMAS_KEPT_MAX) {
      automata.clear();
    }
    automata.put(function.schema().deepCopy(), fresh);
    return fresh;
  }

  private Grammar compile(Function function) {
    try {
      return compiler.compile(function.schema());
    } catch (UnsupportedSchemaException e) {
      throw e.of("function '" + function.name() + "'");
    }
  }
}
