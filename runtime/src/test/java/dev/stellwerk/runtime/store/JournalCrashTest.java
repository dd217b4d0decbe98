package dev.stellwerk.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.runtime.agent.Recorded;
import dev.stellwerk.runtime.agent.RunEvent;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.RunId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process in the middle of writing: what it had committed is there.
final class JournalCrashTest {
  private static final RunId RUN = new RunId("crash");
  private static final int COMMITS_SEEN = 50;

  @TempDir Path directory;

  @Test
  void whatWasCommittedSurvivesAKill() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long seen = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && seen < COMMITS_SEEN) {
        if (line.startsWith("committed ")) {
          seen = Long.parseLong(line.substring("committed ".length()));
        }
        line = lines.readLine();
      }
    } finally {
      child.destroyForcibly();
    }
    assertTrue(child.waitFor(20, TimeUnit.SECONDS));
    assertEquals(COMMITS_SEEN, seen, "the child wrote too little");

    try (H2Journal journal =
        H2Journal.service(directory, 100, InstantSource.system(), () -> new RunId("next"))) {
      List<Recorded> events = journal.read(RUN, 0, 1_000_000);
      assertTrue(events.size() > seen, events.size() + " events, " + seen + " were committed");
      for (int i = 0; i < events.size(); i++) {
        assertEquals(i + 1L, events.get(i).sequence());
      }
      assertInstanceOf(RunEvent.Stopped.class, events.getLast().event());
    }
  }

  /// The process that is killed.
  static final class Writer {
    private Writer() {}

    public static void main(String... args) {
      H2Journal journal =
          H2Journal.service(Path.of(args[0]), 100, InstantSource.system(), () -> RUN);
      journal.open(Caller.LOCAL, "k", AgentTask.of("crash"));
      for (long i = 1; true; i++) {
        journal.commit(RUN, new RunEvent.TextDelta(1, "piece " + i));
        System.out.println("committed " + i);
      }
    }
  }
}
