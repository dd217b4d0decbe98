package dev.stellwerk.inference.template;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.stellwerk.inference.constraint.Automaton;
import dev.stellwerk.inference.constraint.Grammars;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The tool calls of Hermes, which Qwen 2.5 and Qwen3 use too:
///
/// ```
/// text
/// <tool_call>
/// {"name": "NAME", "arguments": {...}}
/// </tool_call>
/// ```
///
/// The tags are tokens in some vocabularies and plain text in others.
public final class HermesFormat extends TaggedFormat {
  private static final String HEADER_END = ", \"arguments\":";

  private final Arguments arguments;

  /// @param callsMax the most calls in one turn
  public HermesFormat(Tokenizer tokenizer, Thinking thinking, int callsMax) {
    super(tokenizer, thinking, callsMax);
    this.arguments = new Arguments(index, true, " ", "}\n" + closing());
  }

  @Override
  public void check(Function function) {
    arguments.of(function);
  }

  @Override
  CallPiece call(List<Function> offered, List<String> before) {
    Map<String, CallPiece> byHeader = new HashMap<>();
    for (Function function : offered) {
      String name = TextNode.valueOf(function.name()).toString(); // as JSON writes it
      CallPiece value = new Value(arguments.of(function));
      for (String lead : before) {
        byHeader.put(lead + "\n{\"name\": " + name + HEADER_END, value);
      }
    }
    return new Header(new Automaton(Grammars.oneOf(byHeader.keySet()), index), byHeader);
  }

  @Override
  CallReader reader(List<Function> functions) {
    return new HermesReader();
  }

  /// Up to the arguments.
  private record Header(Automaton automaton, Map<String, CallPiece> then) implements CallPiece {
    @Override
    public CallPiece then(String written) {
      CallPiece next = then.get(written);
      if (next == null) {
        throw new IllegalStateException("header '" + written + "' names no offered function");
      }
      return next;
    }
  }
}
