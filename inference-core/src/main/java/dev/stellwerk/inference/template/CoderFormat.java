package dev.stellwerk.inference.template;

import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Grammars;
import dev.stellwerk.inference.constraint.UnsupportedSchemaException;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The tool calls of Qwen3-Coder and Qwen3.5:
///
/// ```
/// text
/// <tool_call>
/// <function=NAME>
/// <parameter=NAME>
/// VALUE
/// </parameter>
/// </function>
/// </tool_call>
/// ```
///
/// A string is written as it is, everything else as JSON; so is a string that its schema bounds or
/// matches, since the grammar enforces that only inside JSON. A raw string that is a line
/// `</parameter>` cannot be written.
public final class CoderFormat extends TaggedFormat {
  private static final int FUNCTIONS_KEPT_MAX = 4_096;

  private final Arguments json;
  private final Automaton raw;
  private final Map<Function, CallPiece> bodies = new ConcurrentHashMap<>();

  /// @param callsMax the most calls in one turn
  public CoderFormat(Tokenizer tokenizer, Thinking thinking, int callsMax) {
    super(tokenizer, thinking, callsMax);
    this.json = new Arguments(index, true, "", CoderSchema.VALUE_END);
    // The line break before the value may be the one of the closing tag.
    this.raw =
        new Automaton(Grammars.enclosed("", Grammars.upTo(CoderSchema.CLOSING, 1), "\n"), index);
  }

  @Override
  public void check(Function function) {
    body(function);
  }

  @Override
  CallPiece call(List<Function> offered, List<String> before) {
    Map<String, CallPiece> byHeader = new HashMap<>();
    for (Function function : offered) {
      for (String lead : before) {
        byHeader.put(lead + "\n<function=" + function.name() + ">\n", body(function));
      }
    }
    return choice(byHeader);
  }

  @Override
  CallReader reader(List<Function> functions) {
    return new CoderReader(functions);
  }

  private CallPiece body(Function function) {
    CallPiece known = bodies.get(function);
    if (known == null) {
      known = body(function, CoderSchema.of(function));
      if (bodies.size() >= FUNCTIONS_KEPT_MAX) {
        bodies.clear();
      }
      bodies.put(function, known);
    }
    return known;
  }

  /// From the last parameter to the first: behind the i-th stands what may follow it.
  private CallPiece body(Function function, List<CoderSchema> parameters) {
    Map<String, CallPiece> following = new HashMap<>();
    following.put("</function>\n" + closing(), END);
    for (int i = parameters.size() - 1; i >= 0; i--) {
      CoderSchema parameter = parameters.get(i);
      CallPiece value = new Argument(value(function, parameter), choice(following));
      if (parameter.required()) {
        following = new HashMap<>();
      } else {
        following = new HashMap<>(following);
      }
      following.put("<parameter=" + parameter.name() + ">\n", value);
    }
    return choice(following);
  }

  private Automaton value(Function function, CoderSchema parameter) {
    if (!parameter.isRaw()) {
      try {
        return json.of(parameter.schema());
      } catch (UnsupportedSchemaException e) {
        throw e.of("function '" + function.name() + "', parameter '" + parameter.name() + "'");
      }
    }
    if (parameter.texts().isEmpty()) {
      return raw;
    }
    Set<String> texts = new HashSet<>();
    parameter.texts().get().forEach(text -> texts.add(text + CoderSchema.VALUE_END));
    if (texts.isEmpty()) {
      throw new UnsupportedSchemaException("enum", "", "no instance satisfies the schema")
          .of("function '" + function.name() + "', parameter '" + parameter.name() + "'");
    }
    return new Automaton(Grammars.oneOf(texts), index);
  }

  private Choice choice(Map<String, CallPiece> then) {
    return new Choice(new Automaton(Grammars.oneOf(then.keySet()), index), Map.copyOf(then));
  }

  /// Stands for the end of a call among what may follow; never a piece itself.
  private static final CallPiece END =
      new CallPiece() {
        @Override
        public Automaton automaton() {
          throw new IllegalStateException("the end has no text");
        }

        @Override
        public @Nullable CallPiece then(String written) {
          return null;
        }
      };

  /// One of some tags.
  private record Choice(Automaton automaton, Map<String, CallPiece> then) implements CallPiece {
    @Override
    public @Nullable CallPiece then(String written) {
      CallPiece next = then.get(written);
      if (next == null) {
        throw new IllegalStateException("'" + written + "' is none of the tags");
      }
      return next.equals(END) ? null : next;
    }
  }

  /// A value with its closing tag.
  private record Argument(Automaton automaton, CallPiece next) implements CallPiece {
    @Override
    public CallPiece then(String written) {
      return next;
    }

    @Override
    public boolean decides() {
      return false;
    }
  }
}
