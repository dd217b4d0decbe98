package dev.stellwerk.tools.agent;

import java.util.Optional;

/// The agent, as protocol servers see it; the runtime implements it over its journal.
///
/// Every method is scoped to the caller: another caller's run is as absent as one that never was.
public interface AgentPort {
  /// Starts a run, or returns the one already started under this key. Journaled before it returns.
  ///
  /// @param key chosen by the caller; a repeated submission with the same key is the same run
  /// @throws OverloadedException when the admission queue is full
  RunId submit(Caller caller, String key, AgentTask task);

  /// Follows a run's events after a sequence number (0: from the start). Any number of followers,
  /// resumable.
  ///
  /// @throws UnknownRunException when the caller has no such run
  EventCursor follow(Caller caller, RunId run, long after);

  /// Answers a pending request of the run (approval or input). Idempotent.
  void answer(Caller caller, RunId run, String requestId, Reply reply);

  /// Asks the run to stop. Idempotent; the run ends in one terminal event.
  void cancel(Caller caller, RunId run);

  Optional<RunState> get(Caller caller, RunId run);

  Page<RunState> list(Caller caller, Query query);
}
