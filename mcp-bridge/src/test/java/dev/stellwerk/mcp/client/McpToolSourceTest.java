package dev.stellwerk.mcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.stellwerk.tools.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a server may do to us, done by a scripted one over a real pipe.
@Timeout(30)
class McpToolSourceTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void listsAllPagesAndCalls() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      List<Tool.Spec> tools = source.list();
      assertEquals(16, tools.size());
      assertEquals("echo", tools.getFirst().name());
      assertEquals("Does echo.", tools.getFirst().description());
      assertTrue(tools.getFirst().effects().readOnly());
      assertEquals(Tool.Effects.UNKNOWN, tools.get(1).effects());
      assertEquals("hello", Scripted.text(source.call(Scripted.call("echo"), within())));
    }
  }

  @Test
  void aServerThatDiesInMidCallIsNoticedAtOnceAndStartedAgain() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      List<Long> millis = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        long begun = System.nanoTime();
        Tool.Result.Failure failure = failure(source.call(Scripted.call("die"), within()));
        millis.add((System.nanoTime() - begun) / 1_000_000);
        assertEquals(Tool.Reason.UNAVAILABLE, failure.reason());
        assertFalse(failure.retryable(), "nobody knows whether it acted");
        assertTrue(failure.message().contains("status 3"), failure.message());
        assertTrue(failure.message().contains("out of cheese"), failure.message());
        assertEquals("hello", Scripted.text(source.call(Scripted.call("echo"), within())));
      }
      System.out.println("death in mid-call noticed after ms " + millis);
      assertTrue(millis.stream().sorted().toList().get(2) <= 100, "median of " + millis);
    }
  }

  @Test
  void aDeathIsNoticedThoughAGrandchildHoldsTheOutputOpen() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      long begun = System.nanoTime();
      Tool.Result.Failure failure = failure(source.call(Scripted.call("orphan"), within()));
      assertEquals(Tool.Reason.UNAVAILABLE, failure.reason());
      assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(2));
    }
  }

  @Test
  void aServerThatDiesAtEveryCallIsStartedAgainWithDelays() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      failure(source.call(Scripted.call("die"), within()));
      failure(source.call(Scripted.call("die"), within()));
      Tool.Result.Failure refused = failure(source.call(Scripted.call("die"), within()));
      assertEquals(Tool.Reason.UNAVAILABLE, refused.reason());
      assertTrue(refused.retryable(), "nothing was sent");
      assertTrue(refused.message().contains("not started again"), refused.message());
      Thread.sleep(300);
      assertEquals("hello", Scripted.text(source.call(Scripted.call("echo"), within())));
    }
  }

  @Test
  void aCallThatIsNeverAnsweredEndsAtItsDeadlineAndIsCancelled(@TempDir Path folder)
      throws Exception {
    Path log = folder.resolve("log");
    try (McpToolSource source = open(Map.of("LOG", log.toString()), Scripted.LIMITS)) {
      long begun = System.nanoTime();
      Tool.Result.Failure failure =
          failure(source.call(Scripted.call("hang"), Scripted.within(Duration.ofMillis(200))));
      long millis = (System.nanoTime() - begun) / 1_000_000;
      assertEquals(Tool.Reason.TIMEOUT, failure.reason());
      assertTrue(millis < 1_000, "took " + millis + " ms");
      assertEquals("hello", Scripted.text(source.call(Scripted.call("echo"), within())));
      assertTrue(Files.readString(log).contains("notifications/cancelled"));
    }
  }

  @Test
  void interruptionEndsACallAndTellsTheServer(@TempDir Path folder) throws Exception {
    Path log = folder.resolve("log");
    try (McpToolSource source = open(Map.of("LOG", log.toString()), Scripted.LIMITS)) {
      AtomicReference<Object> outcome = new AtomicReference<>();
      CountDownLatch ended = new CountDownLatch(1);
      Thread caller =
          Thread.startVirtualThread(
              () -> {
                try {
                  outcome.set(source.call(Scripted.call("hang"), within()));
                } catch (InterruptedException e) {
                  outcome.set(e);
                }
                ended.countDown();
              });
      while (!Files.readString(log).contains("\"hang\"")) {
        Thread.sleep(5);
      }
      caller.interrupt();
      assertTrue(ended.await(1, TimeUnit.SECONDS));
      assertTrue(outcome.get() instanceof InterruptedException, "got " + outcome.get());
      assertEquals("hello", Scripted.text(source.call(Scripted.call("echo"), within())));
      assertTrue(Files.readString(log).contains("notifications/cancelled"));
    }
  }

  @Test
  void rubbishOnStdoutIsPassedOver() throws Exception {
    try (McpToolSource source = Scripted.open("greets")) {
      assertEquals("after rubbish", Scripted.text(source.call(Scripted.call("rubbish"), within())));
    }
  }

  @Test
  void endlessRubbishEndsTheServer() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      Tool.Result.Failure failure = failure(source.call(Scripted.call("junk"), within()));
      assertEquals(Tool.Reason.UNAVAILABLE, failure.reason());
      assertTrue(failure.message().contains("no JSON-RPC message"), failure.message());
      assertEquals("hello", Scripted.text(source.call(Scripted.call("echo"), within())));
    }
  }

  @Test
  void aFloodOfNotificationsEndsTheServer() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      Tool.Result.Failure failure = failure(source.call(Scripted.call("flood"), within()));
      assertEquals(Tool.Reason.UNAVAILABLE, failure.reason());
      assertTrue(failure.message().contains("answer nothing"), failure.message());
    }
  }

  @Test
  void halfAFrameIsNoAnswer() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      Tool.Result.Failure hangs =
          failure(source.call(Scripted.call("half"), Scripted.within(Duration.ofMillis(300))));
      assertEquals(Tool.Reason.TIMEOUT, hangs.reason());
    }
    try (McpToolSource source = Scripted.open("plain")) {
      Tool.Result.Failure dies = failure(source.call(Scripted.call("halfdie"), within()));
      assertEquals(Tool.Reason.UNAVAILABLE, dies.reason());
    }
  }

  @Test
  void anAnswerThatIsTooLargeFailsAloneAndTheServerLives() throws Exception {
    McpLimits small = limits(1024 * 1024, 100_000, 64);
    try (McpToolSource source = open(Map.of(), small)) {
      String pid = Scripted.text(source.call(Scripted.call("pid"), within()));
      Tool.Result.Failure line = failure(source.call(Scripted.call("big"), within()));
      assertEquals(Tool.Reason.INVALID_RESULT, line.reason());
      assertTrue(line.message().contains("1048576"), line.message());
      assertEquals(pid, Scripted.text(source.call(Scripted.call("pid"), within())));
    }
    try (McpToolSource source = open(Map.of("BIG", "200000"), small)) {
      Tool.Result.Failure content = failure(source.call(Scripted.call("big"), within()));
      assertEquals(Tool.Reason.INVALID_RESULT, content.reason());
      assertTrue(content.message().contains("100000"), content.message());
    }
  }

  @Test
  void aServerThatStopsReadingCostsTheCallsTheirTimeOnly() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      Tool.Call large =
          Scripted.call(
              "deaf", JsonNodeFactory.instance.objectNode().put("text", "x".repeat(200_000)));
      for (int i = 0; i < 3; i++) {
        Tool.Result.Failure failure =
            failure(source.call(large, Scripted.within(Duration.ofMillis(200))));
        assertEquals(Tool.Reason.TIMEOUT, failure.reason());
      }
    }
  }

  @Test
  void aRequestFromTheServerIsRefusedPolitely() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      assertEquals("was refused", Scripted.text(source.call(Scripted.call("asks"), within())));
    }
  }

  @Test
  void errorsOfTheProtocolAreFailures() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      Tool.Result.Failure refused = failure(source.call(Scripted.call("refuse"), within()));
      assertEquals(Tool.Reason.INVALID_ARGUMENTS, refused.reason());
      assertEquals("room is missing", refused.message());
      Tool.Result.Failure unknown = failure(source.call(Scripted.call("nothing"), within()));
      assertEquals(Tool.Reason.UNKNOWN_TOOL, unknown.reason());
    }
  }

  @Test
  void toolsAreListedAgainWhenTheyChanged(@TempDir Path folder) throws Exception {
    Path log = folder.resolve("log");
    try (McpToolSource source = open(Map.of("LOG", log.toString()), Scripted.LIMITS)) {
      source.list();
      long before = listings(log);
      source.list();
      assertEquals(before, listings(log));
      Scripted.text(source.call(Scripted.call("more"), within()));
      source.list();
      assertEquals(before + 2, listings(log), "both pages");
    }
  }

  @Test
  void aServerSeesOnlyTheAllowedEnvironment() throws Exception {
    try (McpToolSource source = open(Map.of("MINE", "1"), Scripted.LIMITS)) {
      List<String> names =
          List.of(Scripted.text(source.call(Scripted.call("environment"), within())).split(" "));
      assertTrue(names.contains("MINE") && names.contains("PATH"), "has " + names);
      // The test's own process has variables that nobody allowed.
      assertTrue(
          System.getenv().keySet().stream().anyMatch(name -> !names.contains(name)),
          "nothing was held back of " + System.getenv().keySet());
      assertFalse(names.contains("JAVA_HOME"));
    }
  }

  @Test
  void serversThatDoNotComeUpSayWhy() {
    assertStartFails("dies", "no licence key");
    assertStartFails("old", "2024-01-01");
    assertStartFails("rubbish", "no JSON-RPC message");
    McpException missing =
        assertThrows(
            McpException.class,
            () ->
                McpToolSource.open(
                    new McpServer.Stdio(
                        "x",
                        true,
                        "no-such-program",
                        List.of(),
                        Map.of(),
                        java.util.Optional.empty()),
                    Scripted.LIMITS,
                    Clock.systemUTC()));
    assertTrue(missing.text().contains("'no-such-program'"), missing.text());
  }

  @Test
  void aServerThatNeverAnswersFailsToStartInTime() {
    long begun = System.nanoTime();
    McpException silent =
        assertThrows(
            McpException.class,
            () ->
                McpToolSource.open(
                    Scripted.server("silent", Map.of()),
                    Scripted.LIMITS.withTimeouts(300, 300, 200),
                    Clock.systemUTC()));
    assertTrue(silent.text().contains("no answer in time"), silent.text());
    assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(3));
  }

  @Test
  void closingEndsEvenAStubbornServerInBoundedTime() throws Exception {
    McpToolSource source = Scripted.open("stubborn");
    long pid = Long.parseLong(Scripted.text(source.call(Scripted.call("pid"), within())));
    long begun = System.nanoTime();
    source.close();
    long millis = (System.nanoTime() - begun) / 1_000_000;
    assertTrue(millis < 2_500, "took " + millis + " ms");
    ProcessHandle.of(pid)
        .ifPresent(handle -> handle.onExit().orTimeout(1, TimeUnit.SECONDS).join());
    Tool.Result.Failure after = failure(source.call(Scripted.call("echo"), within()));
    assertEquals(Tool.Reason.UNAVAILABLE, after.reason());
  }

  @Test
  void closingAWellBehavedServerLetsItEndByItself() throws Exception {
    McpToolSource source = Scripted.open("plain");
    String pid = Scripted.text(source.call(Scripted.call("pid"), within()));
    assertNotEquals("", pid);
    long begun = System.nanoTime();
    source.close();
    assertTrue(System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(450), "before the grace");
  }

  @Test
  void manyCallsShareOneServer() throws Exception {
    try (McpToolSource source = Scripted.open("plain")) {
      CountDownLatch done = new CountDownLatch(40);
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        callers.add(
            Thread.startVirtualThread(
                () -> {
                  try {
                    Scripted.text(source.call(Scripted.call("echo"), within()));
                    done.countDown();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertEquals(0, done.getCount());
    }
  }

  private static void assertStartFails(String mode, String because) {
    McpException failed = assertThrows(McpException.class, () -> Scripted.open(mode).close());
    assertTrue(failed.text().contains(because), failed.text());
  }

  private static McpToolSource open(Map<String, String> environment, McpLimits limits)
      throws Exception {
    return McpToolSource.open(Scripted.server("plain", environment), limits, Clock.systemUTC());
  }

  static McpLimits limits(int messageBytesMax, int resultBytesMax, int inFlightMax) {
    McpLimits d = Scripted.LIMITS;
    return new McpLimits(
        d.startTimeoutMillis(),
        d.listTimeoutMillis(),
        d.stopGraceMillis(),
        messageBytesMax,
        d.junkLinesMax(),
        d.noticesMax(),
        d.sendQueueMax(),
        inFlightMax,
        d.stderrLinesMax(),
        d.toolsMax(),
        d.toolPagesMax(),
        d.schemaBytesMax(),
        d.descriptionCharsMax(),
        resultBytesMax,
        d.resultPartsMax(),
        d.respawnDelayMillisMin(),
        d.respawnDelayMillisMax());
  }

  private static long listings(Path log) throws Exception {
    return Files.readString(log).lines().filter(l -> l.contains("tools/list\"")).count();
  }

  private static Tool.Result.Failure failure(Tool.Result result) {
    return Scripted.failure(result);
  }

  private static dev.stellwerk.tools.CallContext within() {
    return Scripted.within(LONG);
  }
}
