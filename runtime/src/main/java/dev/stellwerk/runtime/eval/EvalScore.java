package dev.stellwerk.runtime.eval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import java.util.List;
import java.util.Map;

/// How the calls of one turn compare with what was wanted.
///
/// @param rightTools the wanted tools, in order; no call where none was wanted
/// @param exact the same with acceptable arguments
/// @param calls calls that were made
/// @param validCalls those of them whose arguments satisfy the tool's schema
public record EvalScore(boolean rightTools, boolean exact, int calls, int validCalls) {
  static EvalScore of(EvalCase wanted, List<FunctionCall> made, SchemaCheck schemas) {
    boolean right = made.size() == wanted.answers().size();
    boolean exact = right;
    int valid = 0;
    for (int i = 0; i < made.size(); i++) {
      FunctionCall call = made.get(i);
      if (schemas.valid(wanted.functions(), call)) {
        valid++;
      }
      if (i < wanted.answers().size()) {
        JsonNode acceptable = wanted.answers().get(i).path(call.name());
        right &= acceptable.isObject();
        exact &= acceptable.isObject() && acceptable(call.arguments(), acceptable);
      }
    }
    return new EvalScore(right, right && exact, made.size(), valid);
  }

  private static boolean acceptable(JsonNode arguments, JsonNode acceptable) {
    for (Map.Entry<String, JsonNode> argument : arguments.properties()) {
      if (!acceptable.has(argument.getKey())) {
        return false;
      }
    }
    for (Map.Entry<String, JsonNode> wanted : acceptable.properties()) {
      JsonNode given = arguments.get(wanted.getKey());
      boolean found = false;
      for (JsonNode value : wanted.getValue()) {
        found |= (given == null) ? value.asText("-").isEmpty() : same(value, given);
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(JsonNode a, JsonNode b) {
    return (a.isNumber() && b.isNumber())
        ? a.decimalValue().compareTo(b.decimalValue()) == 0
        : a.equals(b);
  }
}
