package dev.stellwerk.runtime.agent;

import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.Page;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The durable record of runs: one writer a run, any number of readers.
///
/// No method but [#await] reacts to an interrupt: what a cancelled run has to say must get through.
public interface Journal extends AutoCloseable {
  /// A run in the journal.
  ///
  /// @param created false when the caller had already used the key, so that this is an earlier run
  record Opened(RunId run, boolean created) {}

  /// The run that a caller started under a key.
  Optional<RunId> findKey(Caller caller, String key);

  /// Records a run under the caller's key, or finds the one that is there. Durable on return.
  Opened open(Caller caller, String key, AgentTask task);

  /// Appends an event. Returns when it is in order, soon to be durable.
  void append(RunId run, RunEvent event);

  /// Appends an event. Returns when it and all before it are on disk.
  void commit(RunId run, RunEvent event);

  /// Returns when all that was appended before is on disk.
  void flush();

  /// Up to `max` events after a sequence number.
  List<Recorded> read(RunId run, long after, int max);

  /// Waits for an event after a sequence number.
  ///
  /// @return false when none came in time; true when there is one, or when the run has ended and
  ///   none will come
  boolean await(RunId run, long after, Duration timeout) throws InterruptedException;

  /// A caller's run; another caller's is as absent as one that never was.
  Optional<RunState> find(Caller caller, RunId run);

  /// A caller's runs, newest first.
  Page<RunState> list(Caller caller, Query query);

  @Override
  void close();
}
