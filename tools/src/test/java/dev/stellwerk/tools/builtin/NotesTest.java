package dev.stellwerk.tools.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NotesTest {
  private static final int WRITES = 25;

  @TempDir private Path folder;

  private BuiltinFixture tools(NoteLimits limits) throws IOException {
    return new BuiltinFixture(
        new BuiltinConfig(
            folder,
            folder.resolve("data/notes"),
            BuiltinFixture.CLOCK,
            FileLimits.DEFAULT,
            limits));
  }

  private BuiltinFixture tools() throws IOException {
    return tools(NoteLimits.DEFAULT);
  }

  private Path file() {
    return folder.resolve("data/notes/notes.jsonl");
  }

  @Test
  void savesAndFindsNotes() throws Exception {
    BuiltinFixture tools = tools();
    assertEquals("No notes.", tools.call("find_notes"));
    assertEquals("Saved note 1.", tools.call("add_note", "text", "Buy milk"));
    assertEquals("Saved note 2.", tools.call("add_note", "text", "Call \"Zoë\"\non Monday"));
    assertEquals("1: Buy milk\n2: Call \"Zoë\" on Monday", tools.call("find_notes"));
    assertEquals("1: Buy milk", tools.call("find_notes", "query", "MILK"));
    assertEquals("No notes.", tools.call("find_notes", "query", "bread"));
    assertEquals(
        "{\"id\":1,\"at\":\"2026-11-23T11:41:07Z\",\"text\":\"Buy milk\"}",
        Files.readAllLines(file()).getFirst());
  }

  @Test
  void notesSurviveARestart() throws Exception {
    tools().call("add_note", "text", "one");
    assertEquals("1: one", tools().call("find_notes"));
    assertEquals("Saved note 2.", tools().call("add_note", "text", "two"));
  }

  @Test
  void aHalfWrittenLineIsCutOffAndASpoiltOnePassedOver() throws Exception {
    tools().call("add_note", "text", "one");
    Files.writeString(
        file(),
        "not json\n{\"id\":\"x\"}\n{\"id\":7,\"text\":\"seven\"}\n{\"id\":8,\"te",
        StandardOpenOption.APPEND);
    assertEquals("1: one\n7: seven", tools().call("find_notes"));
    assertEquals("Saved note 8.", tools().call("add_note", "text", "eight"));
    assertEquals("1: one\n7: seven\n8: eight", tools().call("find_notes"));
    assertTrue(Files.readString(file()).contains("not json\n"), "what is not ours is kept");
  }

  @Test
  void notesAreBounded() throws Exception {
    BuiltinFixture tools = tools(new NoteLimits(10, 3, 1_000, 2, 1_000));
    assertEquals("Error: the note is empty", tools.call("add_note", "text", " \n"));
    assertEquals(
        "Error: the note is longer than 10 bytes", tools.call("add_note", "text", "éééééé"));
    for (int i = 1; i <= 3; i++) {
      assertEquals("Saved note " + i + ".", tools.call("add_note", "text", "n" + i));
    }
    assertEquals("Error: there is no room for more notes", tools.call("add_note", "text", "n4"));
    assertEquals(
        "2: n2\n3: n3\n[1 older notes are not shown; search for a text.]",
        tools.call("find_notes"));
    BuiltinFixture tiny = tools(new NoteLimits(100, 100, 200, 10, 1_000));
    assertEquals("Saved note 4.", tiny.call("add_note", "text", "n4"));
    assertEquals(
        "Error: there is no room for more notes", tiny.call("add_note", "text", "x".repeat(40)));
    Files.writeString(file(), "x".repeat(300), StandardOpenOption.APPEND);
    assertEquals("Error: the notes' file is larger than 200 bytes", tiny.call("find_notes"));
  }

  @Test
  void aDamagedPlaceFailsClearly() throws Exception {
    Files.createDirectories(file());
    assertTrue(tools().call("add_note", "text", "x").startsWith("Error: "));
    assertTrue(tools().call("find_notes").startsWith("Error: "));
  }

  @Test
  void concurrentRunsAndStoresLoseNothing() throws Exception {
    BuiltinFixture one = tools();
    BuiltinFixture two = tools();
    List<Callable<String>> writes = new ArrayList<>();
    for (int i = 0; i < WRITES; i++) {
      String text = "note " + i;
      writes.add(() -> one.call("add_note", "text", text));
      writes.add(() -> two.call("add_note", "text", text));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<String> answer : threads.invokeAll(writes)) {
        assertTrue(answer.get().startsWith("Saved note "), answer.get());
      }
    }
    assertIdsRiseByOne(2 * WRITES);
  }

  @Test
  void twoProcessesLoseNothing() throws Exception {
    List<Process> writers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      writers.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  NotesWriter.class.getName(),
                  folder.toString(),
                  folder.resolve("data/notes").toString(),
                  Integer.toString(WRITES))
              .inheritIO()
              .start());
    }
    for (Process writer : writers) {
      assertTrue(writer.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, writer.exitValue());
    }
    assertIdsRiseByOne(2 * WRITES);
  }

  private void assertIdsRiseByOne(int count) throws IOException {
    List<String> lines = Files.readAllLines(file());
    assertEquals(count, lines.size());
    for (int i = 0; i < count; i++) {
      assertTrue(lines.get(i).startsWith("{\"id\":" + (i + 1) + ","), lines.get(i));
    }
  }
}
