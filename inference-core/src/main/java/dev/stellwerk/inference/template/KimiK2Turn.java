package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Grammar;
import dev.stellwerk.inference.constraint.TokenIndex;
import java.util.Map;

/// What one assistant turn may hold.
///
/// @param functions the argument automata of the functions that may be called, by name
/// @param names the same names, as a set of texts
/// @param mustCall whether the turn consists of calls, without text before them
/// @param firstIndex the number of the first call
record KimiK2Turn(
    TokenIndex index,
    KimiK2Tokens tokens,
    Thinking thinking,
    Map<String, Automaton> functions,
    Grammar.Choices names,
    boolean mustCall,
    int callsMax,
    int firstIndex) {
  static final String PREFIX = "functions.";

  /// The automaton of the call's header, up to where its arguments begin.
  Automaton header(int call) {
    return new Automaton(
        Grammar.choice(PREFIX, names, ":" + Math.addExact(firstIndex, call)), index);
  }

  /// The arguments automaton of the function that a header names.
  Automaton arguments(String header) {
    Automaton automaton = functions.get(header.substring(PREFIX.length(), header.lastIndexOf(':')));
    if (automaton == null) {
      throw new IllegalStateException("header '" + header + "' names no offered function");
    }
    return automaton;
  }
}
