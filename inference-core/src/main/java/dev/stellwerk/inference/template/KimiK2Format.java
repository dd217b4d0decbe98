package dev.stellwerk.inference.template;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.Grammar;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.constraint.UnsupportedSchemaException;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
  private final Options options;
  private final KimiK2Tokens tokens;
  private final TokenIndex index;
  private final Arguments arguments;

  /// Which index follows `functions.NAME:` in the id of a call. Public templates differ.
  public enum IdRule {
    /// It counts the calls of the conversation: Kimi K2 Instruct and Thinking.
    CONVERSATION,
    /// It counts the calls of the message.
    MESSAGE,
    /// The template repeats whatever id a call has, K2.5: new ones count on from the highest.
    CALLER
  }

  /// What a turn may hold.
  ///
  /// @param callsMax the most calls in one turn
  /// @param spaces whether arguments may have a space after `:` and `,`
  public record Options(Thinking thinking, int callsMax, IdRule ids, boolean spaces) {
    public static final Options DEFAULTS = new Options(Thinking.NONE, 16);

    public Options(Thinking thinking, int callsMax) {
      this(thinking, callsMax, IdRule.CONVERSATION, false);
    }

    public Options {
      requireNonNull(thinking, "thinking");
      requireNonNull(ids, "ids");
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
    this.arguments = new Arguments(index, options.spaces);
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
    arguments.of(function);
  }

  @Override
  public Constraint constraint(
      List<Function> functions, Choice choice, boolean parallel, int firstCallIndex) {
    if (firstCallIndex < 0) {
      throw new IllegalArgumentException("firstCallIndex " + firstCallIndex + " is below 0");
    }
    Map<String, Automaton> offered = new LinkedHashMap<>();
    for (Function function : Offer.of(functions, choice)) {
      offered.put(function.name(), arguments.of(function));
    }
    int callsMax = parallel && !(choice instanceof Choice.Named) ? options.callsMax : 1;
    KimiK2Turn turn =
        new KimiK2Turn(
            index,
            tokens,
            options.thinking,
            offered,
            new Grammar.Choices(offered.keySet()),
            Offer.mustCall(choice),
            callsMax,
            options.ids == IdRule.MESSAGE ? 0 : firstCallIndex);
    return new KimiK2Constraint(turn);
  }

  @Override
  public TurnParser parser(List<Function> functions, int firstCallIndex) {
    int renumberedFrom = options.ids == IdRule.MESSAGE ? firstCallIndex : -1;
    boolean opened = options.thinking == Thinking.OPENED;
    return new KimiK2Parser(index.tokenizer(), tokens, opened, renumberedFrom);
  }

  @Override
  public int firstCallIndex(List<ChatMessage> history) {
    return options.ids == IdRule.CALLER
        ? KimiK2Ids.highest(history) + 1
        : ToolCallFormat.super.firstCallIndex(history);
  }

  @Override
  public List<ChatMessage> rendered(List<ChatMessage> messages) {
    return options.ids == IdRule.MESSAGE ? KimiK2Ids.ofMessages(messages) : messages;
  }
}
