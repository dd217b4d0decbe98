package dev.stellwerk.mcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.tools.Tool;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a server may do to us over Streamable HTTP.
@Timeout(30)
class HttpWireTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void listsAndCallsWithTheConfiguredHeaders() throws Exception {
    try (HttpPeer peer = new HttpPeer();
        McpToolSource source = open(peer, "/mcp", Scripted.LIMITS)) {
      assertEquals(9, source.list().size());
      assertEquals("hello", echo(source));
      // What was negotiated, not what was offered.
      assertEquals("2025-06-18", peer.revisions.getLast());
    }
  }

  @Test
  void aForgottenSessionIsOpenedAgainWithinTheCall() throws Exception {
    try (HttpPeer peer = new HttpPeer();
        McpToolSource source = open(peer, "/mcp", Scripted.LIMITS)) {
      assertEquals("hello", echo(source));
      for (int i = 0; i < 3; i++) {
        peer.forget();
        assertEquals("hello", echo(source));
      }
      long initialised = peer.received.stream().filter(m -> m.contains("\"initialize\"")).count();
      assertEquals(4, initialised);
    }
  }

  @Test
  void aServerThatGoesAwayInMidCallIsNoticed() throws Exception {
    for (String tool : new String[] {"hang", "break", "started"}) {
      try (HttpPeer peer = new HttpPeer();
          McpToolSource source = open(peer, "/mcp", Scripted.LIMITS)) {
        Thread.startVirtualThread(
            () -> {
              while (peer.received.stream().noneMatch(m -> m.contains("\"" + tool + "\""))) {
                sleep(5);
              }
              sleep(150);
              peer.stop();
            });
        long begun = System.nanoTime();
        Tool.Result.Failure failure =
            Scripted.failure(source.call(Scripted.call(tool), Scripted.within(LONG)));
        long millis = (System.nanoTime() - begun) / 1_000_000 - 150;
        System.out.println("server gone during '" + tool + "' noticed after ms " + millis);
        assertEquals(Tool.Reason.UNAVAILABLE, failure.reason(), tool);
        assertTrue(millis < 2_500, tool + " took " + millis);
      }
    }
  }

  @Test
  void aServerThatIsDownIsUnavailableAndSafeToAskAgain() throws Exception {
    HttpPeer peer = new HttpPeer();
    try (McpToolSource source = open(peer, "/mcp", Scripted.LIMITS)) {
      peer.stop();
      Tool.Result.Failure failure =
          Scripted.failure(source.call(Scripted.call("echo"), Scripted.within(LONG)));
      assertEquals(Tool.Reason.UNAVAILABLE, failure.reason());
    }
    McpException refused =
        assertThrows(McpException.class, () -> open(peer, "/mcp", Scripted.LIMITS).close());
    assertTrue(refused.text().contains("cannot be reached"), refused.text());
  }

  @Test
  void aSlowAnswerEndsAtTheDeadlineAndIsCancelled() throws Exception {
    try (HttpPeer peer = new HttpPeer();
        McpToolSource source = open(peer, "/mcp", Scripted.LIMITS)) {
      long begun = System.nanoTime();
      Tool.Result.Failure failure =
          Scripted.failure(
              source.call(Scripted.call("hang"), Scripted.within(Duration.ofMillis(200))));
      assertEquals(Tool.Reason.TIMEOUT, failure.reason());
      assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(2));
      assertEquals("hello", echo(source));
      // Sent apart from the calls, and so perhaps after them.
      while (peer.received.stream().noneMatch(m -> m.contains("notifications/cancelled"))) {
        sleep(5);
      }
    }
  }

  @Test
  void aStreamThatEndsWithoutAnAnswerIsNoticedOrResumed() throws Exception {
    try (HttpPeer peer = new HttpPeer();
        McpToolSource source = open(peer, "/mcp", Scripted.LIMITS)) {
      Tool.Result.Failure cut =
          Scripted.failure(source.call(Scripted.call("cut"), Scripted.within(LONG)));
      assertEquals(Tool.Reason.UNAVAILABLE, cut.reason());
      assertTrue(cut.message().contains("without an answer"), cut.message());
      assertEquals(
          "late", Scripted.text(source.call(Scripted.call("resumed"), Scripted.within(LONG))));
    }
  }

  @Test
  void whatTheServerSaysUnaskedIsHeard() throws Exception {
    try (HttpPeer peer = new HttpPeer()) {
      peer.speaks = true;
      try (McpToolSource source = open(peer, "/mcp", Scripted.LIMITS)) {
        while (peer.received.stream().filter(m -> m.contains("tools/list")).count() < 2) {
          source.list();
          sleep(5);
        }
        assertEquals("hello", echo(source));
      }
    }
  }

  @Test
  void sessionsLostUnderManyCallsLoseNoCall() throws Exception {
    try (HttpPeer peer = new HttpPeer();
        McpToolSource source = open(peer, "/mcp", Scripted.LIMITS)) {
      for (int i = 0; i < 100; i++) {
        peer.forget();
        assertEquals("hello", echo(source));
      }
    }
  }

  @Test
  void answersThatAreNoneAreFailures() throws Exception {
    try (HttpPeer peer = new HttpPeer();
        McpToolSource source = open(peer, "/mcp", Scripted.LIMITS)) {
      assertEquals(
          Tool.Reason.INVALID_RESULT,
          Scripted.failure(source.call(Scripted.call("html"), Scripted.within(LONG))).reason());
      Tool.Result.Failure error =
          Scripted.failure(source.call(Scripted.call("error"), Scripted.within(LONG)));
      assertEquals(Tool.Reason.UNAVAILABLE, error.reason());
      assertTrue(error.message().contains("HTTP 500"), error.message());
      assertEquals("hello", echo(source));
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsRefused() throws Exception {
    McpLimits small = McpToolSourceTest.limits(200_000, 100_000, 64);
    try (HttpPeer peer = new HttpPeer();
        McpToolSource source = open(peer, "/mcp", small)) {
      Tool.Result.Failure failure =
          Scripted.failure(source.call(Scripted.call("big"), Scripted.within(LONG)));
      assertEquals(Tool.Reason.INVALID_RESULT, failure.reason());
      assertEquals("hello", echo(source));
    }
  }

  @Test
  void aLockedDoorIsNamed() throws Exception {
    try (HttpPeer peer = new HttpPeer()) {
      McpException locked =
          assertThrows(McpException.class, () -> open(peer, "/locked", Scripted.LIMITS).close());
      assertTrue(locked.text().contains("401") && locked.text().contains("headers"), locked.text());
    }
  }

  private static String echo(McpToolSource source) throws InterruptedException {
    return Scripted.text(source.call(Scripted.call("echo"), Scripted.within(LONG)));
  }

  private static McpToolSource open(HttpPeer peer, String path, McpLimits limits)
      throws McpException, InterruptedException {
    return McpToolSource.open(peer.configuration(path), limits, Clock.systemUTC());
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
