package dev.stellwerk.tools;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.RunId;
import java.time.Instant;
import java.util.List;

/// What a call carries beside its arguments.
///
/// @param run the run that the call belongs to
/// @param caller on whose behalf the run acts
/// @param deadline when the call must have ended
/// @param idempotencyKey the same for a repeated call, so that a tool can tell a retry from a
///   second wish
/// @param ancestors agents already on the delegation path, nearest last; a peer on it is refused
public record CallContext(
    RunId run, Caller caller, Instant deadline, String idempotencyKey, List<String> ancestors) {
  public CallContext {
    requireNonNull(run, "run");
    requireNonNull(caller, "caller");
    requireNonNull(deadline, "deadline");
    requireNonNull(idempotencyKey, "idempotencyKey");
    ancestors = List.copyOf(ancestors);
  }

  /// The context of one call of this run: its own key and deadline.
  public CallContext forCall(String callId, Instant callDeadline) {
    return new CallContext(run, caller, callDeadline, idempotencyKey + ":" + callId, ancestors);
  }
}
