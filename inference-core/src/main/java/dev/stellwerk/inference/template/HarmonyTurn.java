package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.TokenIndex;
import java.util.Map;

/// What one turn of Harmony may hold.
///
/// @param channels the texts that may stand behind `<|channel|>`
/// @param role the text between `<|start|>` and `<|channel|>`
/// @param json the text between `<|constrain|>` and `<|message|>`
/// @param arguments automata of the arguments by the channel text that names their function
record HarmonyTurn(
    TokenIndex index,
    HarmonyTokens tokens,
    Automaton channels,
    Automaton role,
    Automaton json,
    Map<String, Automaton> arguments) {
  static final String ANALYSIS = "analysis";
  static final String COMMENTARY = "commentary";
  static final String FINAL = "final";
  static final String RECIPIENT = " to=functions.";
}
