package dev.stellwerk.inference.template;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.Grammars;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The turns of Harmony, the format of gpt-oss, behind the prompt's `<|start|>assistant`:
///
/// ```
/// <|channel|>analysis<|message|>reasoning<|end|><|start|>assistant
/// <|channel|>commentary to=functions.NAME <|constrain|>json<|message|>{...}<|call|>
/// ```
///
/// or, in the end, `<|channel|>final<|message|>answer<|return|>`. A call ends its turn, so that
/// there is never more than one. Thread-safe; one a tokenizer.
public final class HarmonyFormat implements ToolCallFormat {
  private final TokenIndex index;
  private final HarmonyTokens tokens;
  private final Thinking thinking;
  private final Arguments arguments;
  private final Automaton role;
  private final Automaton json;

  /// Reads the markers of a vocabulary.
  ///
  /// @throws IllegalArgumentException when the vocabulary lacks a marker
  public HarmonyFormat(Tokenizer tokenizer, Thinking thinking) {
    this.thinking = requireNonNull(thinking, "thinking");
    this.tokens = HarmonyTokens.of(tokenizer);
    this.index = TokenIndex.of(tokenizer, tokens.all());
    this.arguments = new Arguments(index, true);
    this.role = new Automaton(Grammars.oneOf(List.of("assistant")), index);
    this.json = new Automaton(Grammars.oneOf(List.of("json")), index);
  }

  /// Whether a vocabulary has the markers of this format.
  public static boolean fits(Tokenizer tokenizer) {
    return HarmonyTokens.missing(tokenizer).isEmpty();
  }

  @Override
  public void check(Function function) {
    arguments.of(function);
  }

  @Override
  public Constraint constraint(
      List<Function> functions, Choice choice, boolean parallel, int firstCallIndex) {
    Map<String, Automaton> calls = new LinkedHashMap<>();
    for (Function function : Offer.of(functions, choice)) {
      String channel = HarmonyTurn.COMMENTARY + HarmonyTurn.RECIPIENT + function.name() + " ";
      calls.put(channel, arguments.of(function));
    }
    Set<String> channels = new LinkedHashSet<>(calls.keySet());
    if (thinking != Thinking.NONE) {
      channels.add(HarmonyTurn.ANALYSIS);
    }
    if (!Offer.mustCall(choice)) {
      channels.add(HarmonyTurn.COMMENTARY);
      channels.add(HarmonyTurn.FINAL);
    }
    return new HarmonyConstraint(
        new HarmonyTurn(
            index, tokens, new Automaton(Grammars.oneOf(channels), index), role, json, calls));
  }

  @Override
  public TurnParser parser(List<Function> functions, int firstCallIndex) {
    return new HarmonyParser(index.tokenizer(), tokens, firstCallIndex);
  }
}
