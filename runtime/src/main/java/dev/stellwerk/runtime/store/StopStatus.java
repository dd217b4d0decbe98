package dev.stellwerk.runtime.store;

import dev.stellwerk.runtime.agent.StopReason;
import dev.stellwerk.tools.agent.RunState;

/// What state a stopped run is in.
final class StopStatus {
  private StopStatus() {}

  static RunState.Status of(StopReason reason) {
    return switch (reason) {
      case CANCELLED -> RunState.Status.CANCELLED;
      case TURNS,
          TOOL_CALLS,
          TOKENS,
          TIME,
          REPEATED_CALL,
          LENGTH,
          CONTEXT,
          OVERLOADED,
          MODEL,
          RESTART,
          INTERNAL ->
          RunState.Status.FAILED;
    };
  }
}
