package dev.stellwerk.inference.template;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Grammar;
import dev.stellwerk.inference.constraint.Grammars;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.constraint.UnsupportedSchemaException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Compiled schemas of arguments, with what a format writes around them. Kept, so that a catalogue
/// costs its compilation once. Safe for use by many threads.
final class Arguments {
  /// Automata kept before they are dropped together.
  static final int SCHEMAS_KEPT_MAX = 4_096;

  private final TokenIndex index;
  private final String before;
  private final String after;
  private final JsonSchemaCompiler compiler;
  private final Map<JsonNode, Automaton> automata = new ConcurrentHashMap<>();

  Arguments(TokenIndex index, boolean spaces) {
    this(index, spaces, "", "");
  }

  /// @param before text before the value, `after` behind it; either may be empty
  Arguments(TokenIndex index, boolean spaces, String before, String after) {
    this.index = index;
    this.before = before;
    this.after = after;
    this.compiler =
        new JsonSchemaCompiler(
            spaces
                ? JsonSchemaCompiler.Options.SPACED_ARGUMENTS
                : JsonSchemaCompiler.Options.ARGUMENTS);
  }

  /// @throws UnsupportedSchemaException when the function's schema cannot be enforced
  Automaton of(Function function) {
    try {
      return of(function.schema());
    } catch (UnsupportedSchemaException e) {
      throw e.of("function '" + function.name() + "'");
    }
  }

  /// @throws UnsupportedSchemaException when the schema cannot be enforced
  Automaton of(JsonNode schema) {
    Automaton known = automata.get(schema);
    if (known != null) {
      return known;
    }
    Grammar grammar = compiler.compile(schema);
    if (!before.isEmpty() || !after.isEmpty()) {
      grammar = Grammars.enclosed(before, grammar, after);
    }
    Automaton fresh = new Automaton(grammar, index);
    if (automata.size() >= SCHEMAS_KEPT_MAX) {
      automata.clear();
    }
    automata.put(schema.deepCopy(), fresh);
    return fresh;
  }
}
