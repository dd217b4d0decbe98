package dev.stellwerk.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class H2JournalTest {
  @TempDir Path directory;
  private final AtomicInteger ids = new AtomicInteger();

  @Test
  void survivesReopening() {
    RunId run;
    try (H2Journal journal = open()) {
      run = begin(journal, "k");
      journal.append(run, new RunEvent.TextDelta(1, "hällo \uD83D\uDE00"));
      journal.commit(run, new RunEvent.Completed("answer", RunUsage.NONE));
    }
    try (H2Journal journal = open()) {
      List<Recorded> events = journal.read(run, 0, 10);
      assertEquals(List.of(1L, 2L), events.stream().map(Recorded::sequence).toList());
      assertEquals(new RunEvent.TextDelta(1, "hällo \uD83D\uDE00"), events.getFirst().event());
      RunState state = journal.find(Caller.LOCAL, run).orElseThrow();
      assertEquals(RunState.Status.COMPLETED, state.status());
      assertEquals("answer", state.text());
      assertEquals(2, state.lastSequence());
      assertEquals(new Journal.Opened(run, false), journal.open(Caller.LOCAL, "k", task()));
    }
  }

  @Test
  void endsWhatAnEarlierProcessLeftUnfinished() {
    RunId run;
    try (H2Journal journal = open()) {
      run = begin(journal, "k");
      journal.commit(run, new RunEvent.Started("x", "m", List.of(), "fast"));
    }
    try (H2Journal journal = open()) {
      List<Recorded> events = journal.read(run, 0, 10);
      RunEvent.Stopped stopped = assertInstanceOf(RunEvent.Stopped.class, events.getLast().event());
      assertEquals(StopReason.RESTART, stopped.reason());
      RunState state = journal.find(Caller.LOCAL, run).orElseThrow();
      assertEquals(RunState.Status.FAILED, state.status());
      assertEquals("fast", state.numericMode());
      assertEquals("fast", EventJson.state(state).get("numericMode").asText());
    }
  }

  @Test
  void readsAJournalFromBeforeTheNumericModeWasRecorded() {
    assertEquals(
        new RunEvent.Started("x", "m", List.of(), "unknown"),
        EventJson.read("{\"type\":\"started\",\"request\":\"x\",\"model\":\"m\",\"tools\":[]}"));
    try (H2Journal journal = open()) {
      RunId run = begin(journal, "k");
      assertEquals("", journal.find(Caller.LOCAL, run).orElseThrow().numericMode());
    }
  }

  @Test
  void bringsAFileOfTheFirstSchemaUpToDate() throws SQLException {
    RunId run;
    try (H2Journal journal = open()) {
      run = begin(journal, "k");
      journal.commit(run, new RunEvent.Completed("answer", RunUsage.NONE));
    }
    try (Connection file =
            DriverManager.getConnection("jdbc:h2:file:" + directory.resolve("service"), "sa", "");
        Statement statement = file.createStatement()) {
      statement.execute("alter table run drop column numeric_mode");
      statement.execute("delete from \"flyway_schema_history\" where \"version\" = '2'");
    }
    try (H2Journal journal = open()) {
      RunState state = journal.find(Caller.LOCAL, run).orElseThrow();
      assertEquals("answer", state.text());
      assertEquals("", state.numericMode());
    }
  }

  @Test
  void anInterruptedThreadCanStillWriteAndTheDatabaseStaysOpen() {
    try (H2Journal journal = open()) {
      RunId run = begin(journal, "k");
      Thread.currentThread().interrupt();
      journal.commit(run, new RunEvent.Completed("done", RunUsage.NONE));
      assertTrue(Thread.interrupted(), "the interrupt is not swallowed");
      assertEquals(1, journal.read(run, 0, 10).size());
    }
  }

  @Test
  void oneServiceADirectoryButManyCommands() {
    try (H2Journal first = open()) {
      JournalException refused = assertThrows(JournalException.class, this::open);
      assertTrue(String.valueOf(refused.getMessage()).contains("another service"));
      try (H2Journal a = command();
          H2Journal b = command()) {
        begin(a, "a");
        begin(b, "b");
        assertTrue(a.findKey(Caller.LOCAL, "b").isEmpty());
      }
      begin(first, "still works");
    }
  }

  @Test
  void refusesAnEventAfterTheEnd() {
    try (H2Journal journal = open()) {
      RunId run = begin(journal, "k");
      journal.commit(run, new RunEvent.Completed("done", RunUsage.NONE));
      assertThrows(
          JournalException.class,
          () -> journal.commit(run, new RunEvent.Completed("again", RunUsage.NONE)));
      assertEquals(1, journal.read(run, 0, 10).size());
    }
  }

  @Test
  void waitsForAnEventAndForNoneAfterTheEnd() throws InterruptedException {
    try (H2Journal journal = open()) {
      RunId run = begin(journal, "k");
      assertFalse(journal.await(run, 0, Duration.ofMillis(20)));
      Thread.ofVirtual()
          .start(() -> journal.append(run, new RunEvent.Completed("done", RunUsage.NONE)));
      assertTrue(journal.await(run, 0, Duration.ofSeconds(20)));
      assertTrue(journal.await(run, 1, Duration.ofSeconds(20)), "the run has ended");
      assertEquals(List.of(), journal.read(run, 1, 10));
    }
  }

  @Test
  void listsNewestFirstInPages() {
    try (H2Journal journal = open()) {
      List<RunId> runs = List.of(begin(journal, "1"), begin(journal, "2"), begin(journal, "3"));
      Page<RunState> first = journal.list(Caller.LOCAL, query("", 2));
      assertEquals(
          List.of(runs.get(2), runs.get(1)), first.items().stream().map(RunState::id).toList());
      begin(journal, "4");
      Page<RunState> second = journal.list(Caller.LOCAL, query(first.nextToken(), 2));
      assertEquals(List.of(runs.get(0)), second.items().stream().map(RunState::id).toList());
      assertEquals("", second.nextToken());
      assertThrows(
          IllegalArgumentException.class, () -> journal.list(Caller.LOCAL, query("x'; --", 2)));
    }
  }

  @Test
  void forgetsTheOldestRuns() {
    try (H2Journal journal = open()) {
      for (int i = 0; i < 5; i++) {
        RunId run = begin(journal, "k" + i);
        journal.commit(run, new RunEvent.Completed("done", RunUsage.NONE));
      }
    }
    try (H2Journal journal =
        H2Journal.service(directory, 2, InstantSource.system(), this::nextId)) {
      assertEquals(
          List.of("run-4", "run-3"),
          journal.list(Caller.LOCAL, query("", 10)).items().stream()
              .map(state -> state.id().value())
              .toList());
    }
  }

  private RunId begin(H2Journal journal, String key) {
    Journal.Opened opened = journal.open(Caller.LOCAL, key, task());
    assertTrue(opened.created());
    return opened.run();
  }

  private static AgentTask task() {
    return AgentTask.of("do it");
  }

  private static Query query(String token, int size) {
    return new Query(Optional.empty(), Optional.empty(), token, size);
  }

  private H2Journal open() {
    return H2Journal.service(directory, 100, InstantSource.system(), this::nextId);
  }

  private H2Journal command() {
    return H2Journal.command(directory, 100, InstantSource.system(), this::nextId);
  }

  private RunId nextId() {
    return new RunId("run-" + ids.getAndIncrement());
  }
}
