package dev.stellwerk.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stellwerk.tools.Tool;
import java.util.HashMap;
import java.util.Map;

/// Notices when the model makes the same call for ever.
final class LoopBreaker {
  private record Same(String tool, JsonNode arguments) {}

  private final int repeatedCallsMax;
  private final Map<Same, Integer> seen = new HashMap<>();

  LoopBreaker(int repeatedCallsMax) {
    this.repeatedCallsMax = repeatedCallsMax;
  }

  /// Counts a call.
  ///
  /// @return whether it was now made so often that the run must end
  boolean tooOften(Tool.Call call) {
    return seen.merge(new Same(call.tool(), call.arguments()), 1, Integer::sum) >= repeatedCallsMax;
  }
}
