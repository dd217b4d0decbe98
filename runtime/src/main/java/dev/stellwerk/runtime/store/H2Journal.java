package dev.stellwerk.runtime.store;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.runtime.agent.Journal;
import dev.stellwerk.runtime.agent.JournalException;
import dev.stellwerk.runtime.agent.Recorded;
import dev.stellwerk.runtime.agent.RunEvent;
import dev.stellwerk.runtime.agent.RunUsage;
import dev.stellwerk.runtime.agent.StopReason;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.Page;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.h2.jdbcx.JdbcDataSource;

/// The journal in an embedded H2 database file.
public final class H2Journal implements Journal {
  /// Columns of a listing, in the order that [#state] reads them.
  private static final String STATE =
      "select id, status, request, context_id, text, created_at, updated_at,"
          + " (select coalesce(max(sequence), 0) from event where event.run = run.id),"
          + " numeric_mode from run";

  private final JournalThread thread;
  private final InstantSource clock;
  private final Supplier<RunId> ids;
  private final LiveRuns live = new LiveRuns();

  private H2Journal(JournalThread thread, InstantSource clock, Supplier<RunId> ids) {
    this.thread = thread;
    this.clock = requireNonNull(clock, "clock");
    this.ids = requireNonNull(ids, "ids");
  }

  /// Opens the service's journal and ends the runs that an earlier process left unfinished.
  ///
  /// @param runsMax older runs beyond this many are forgotten
  /// @throws JournalException when it cannot be opened, or another service has it
  public static H2Journal service(
      Path directory, int runsMax, InstantSource clock, Supplier<RunId> ids) {
    return open(new JournalFiles(directory).openService(), runsMax, clock, ids);
  }

  /// Opens a journal for one command, beside those of other commands on the same directory.
  public static H2Journal command(
      Path directory, int runsMax, InstantSource clock, Supplier<RunId> ids) {
    return open(new JournalFiles(directory).openCommand(), runsMax, clock, ids);
  }

  private static H2Journal open(
      JournalFiles.Claimed file, int runsMax, InstantSource clock, Supplier<RunId> ids) {
    try {
      JdbcDataSource dataSource = new JdbcDataSource();
      dataSource.setURL(file.url());
      dataSource.setUser("sa");
      Schema.migrate(file.connection(), dataSource);
    } catch (SQLException e) {
      throw new JournalException("the journal's schema cannot be read: " + e, e);
    }
    H2Journal journal = new H2Journal(new JournalThread(file), clock, ids);
    journal.endOrphans();
    journal.forget(runsMax);
    return journal;
  }

  @Override
  public Optional<RunId> findKey(Caller caller, String key) {
    return get(connection -> byKey(connection, caller, key));
  }

  @Override
  public Opened open(Caller caller, String key, AgentTask task) {
    RunId fresh = ids.get();
    Opened opened =
        get(
            connection -> {
              Optional<RunId> earlier = byKey(connection, caller, key);
              if (earlier.isPresent()) {
                return new Opened(earlier.get(), false);
              }
              Sql.update(
                  connection,
                  "insert into run (id, caller, request_key, request, context_id, status, text,"
                      + " created_at, updated_at) values (?, ?, ?, ?, ?, ?, '', ?, ?)",
                  fresh.value(),
                  caller.name(),
                  key,
                  task.request(),
                  task.contextId(),
                  RunState.Status.SUBMITTED.name(),
                  clock.instant(),
                  clock.instant());
              live.begin(fresh);
              return new Opened(fresh, true);
            });
    return opened;
  }

  @Override
  public void append(RunId run, RunEvent event) {
    var _ = write(run, event);
  }

  @Override
  public void commit(RunId run, RunEvent event) {
    join(write(run, event));
  }

  @Override
  public void flush() {
    get(_ -> true);
  }

  @Override
  public List<Recorded> read(RunId run, long after, int max) {
    return get(
        connection ->
            Sql.list(
                connection,
                "select sequence, at, body from event where run = ? and sequence > ?"
                    + " order by sequence fetch first ? rows only",
                row ->
                    new Recorded(row.getLong(1), instant(row, 2), EventJson.read(row.getString(3))),
                run.value(),
                after,
                max));
  }

  @Override
  public boolean await(RunId run, long after, Duration timeout) throws InterruptedException {
    return live.await(run, after, timeout);
  }

  @Override
  public Optional<RunState> find(Caller caller, RunId run) {
    return get(
        connection ->
            Sql.first(
                connection,
                STATE + " where id = ? and caller = ?",
                H2Journal::state,
                run.value(),
                caller.name()));
  }

  @Override
  public Page<RunState> list(Caller caller, Query query) {
    return get(connection -> Listing.page(connection, STATE, H2Journal::state, caller, query));
  }

  @Override
  public void close() {
    thread.close();
  }

  private CompletableFuture<Long> write(RunId run, RunEvent event) {
    Instant at = clock.instant();
    CompletableFuture<Long> written =
        thread.submit(connection -> insert(connection, run, at, event));
    return written.whenComplete(
        (sequence, failure) -> {
          if (failure == null) {
            live.committed(run, sequence, event instanceof RunEvent.Ended);
          } else if (event instanceof RunEvent.Ended) {
            live.lost(run);
          }
        });
  }

  private long insert(Connection connection, RunId run, Instant at, RunEvent event)
      throws SQLException {
    long sequence = live.next(run);
    Sql.update(
        connection,
        "insert into event (run, sequence, at, type, body) values (?, ?, ?, ?, ?)",
        run.value(),
        sequence,
        at,
        EventJson.type(event),
        EventJson.write(event));
    live.wrote(run, sequence);
    switch (event) {
      case RunEvent.Started started -> {
        status(connection, run, at, RunState.Status.WORKING, "");
        Sql.update(
            connection,
            "update run set numeric_mode = ? where id = ?",
            started.numericMode(),
            run.value());
      }
      case RunEvent.Completed(String text, _) ->
          status(connection, run, at, RunState.Status.COMPLETED, text);
      case RunEvent.Stopped stopped ->
          status(connection, run, at, StopStatus.of(stopped.reason()), stopped.message());
      case RunEvent.TextDelta _,
          RunEvent.ToolsRequested _,
          RunEvent.ToolStarting _,
          RunEvent.ToolsFinished _ -> {}
    }
    return sequence;
  }

  private static void status(
      Connection connection, RunId run, Instant at, RunState.Status status, String text)
      throws SQLException {
    Sql.update(
        connection,
        "update run set status = ?, text = ?, updated_at = ? where id = ?",
        status.name(),
        text,
        at,
        run.value());
  }

  /// Runs that were at work when an earlier process died: nothing may stay at work for ever.
  private void endOrphans() {
    record Orphan(RunId run, long lastSequence) {}
    List<Orphan> orphans =
        get(
            connection ->
                Sql.list(
                    connection,
                    "select id, (select coalesce(max(sequence), 0) from event where run = run.id)"
                        + " from run where status in ('SUBMITTED', 'WORKING', 'INPUT_NEEDED')",
                    row -> new Orphan(new RunId(row.getString(1)), row.getLong(2))));
    for (Orphan orphan : orphans) {
      live.resume(orphan.run(), orphan.lastSequence());
      commit(
          orphan.run(),
          new RunEvent.Stopped(
              StopReason.RESTART,
              "the process ended in the middle of the run; start it again",
              RunUsage.NONE));
    }
  }

  private void forget(int runsMax) {
    get(
        connection -> {
          Optional<Long> oldest =
              Sql.first(
                  connection,
                  "select ordinal from run order by ordinal desc offset ? rows"
                      + " fetch first row only",
                  row -> row.getLong(1),
                  runsMax);
          if (oldest.isPresent()) {
            Sql.update(
                connection,
                "delete from event where run in (select id from run where ordinal <= ?)",
                oldest.get());
            Sql.update(connection, "delete from run where ordinal <= ?", oldest.get());
          }
          return true;
        });
  }

  private static Optional<RunId> byKey(Connection connection, Caller caller, String key)
      throws SQLException {
    return Sql.first(
        connection,
        "select id from run where caller = ? and request_key = ?",
        row -> new RunId(row.getString(1)),
        caller.name(),
        key);
  }

  private static RunState state(ResultSet row) throws SQLException {
    return new RunState(
        new RunId(row.getString(1)),
        RunState.Status.valueOf(row.getString(2)),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        instant(row, 6),
        instant(row, 7),
        row.getLong(8),
        row.getString(9));
  }

  private static Instant instant(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private <T> T get(JournalThread.Work<T> work) {
    return join(thread.submit(work));
  }

  private static <T> T join(CompletableFuture<T> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failed
          ? failed
          : new JournalException("the journal failed: " + e.getCause(), e);
    }
  }
}
