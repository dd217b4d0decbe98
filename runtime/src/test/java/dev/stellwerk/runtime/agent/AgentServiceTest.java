package dev.stellwerk.runtime.agent;

import static dev.stellwerk.runtime.agent.ScriptedChatModel.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.runtime.chat.Turn;
import dev.stellwerk.runtime.chat.TurnEvent;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.OverloadedException;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import dev.stellwerk.tools.agent.UnknownRunException;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AgentServiceTest {
  @TempDir Path directory;

  /// The reader asks for three events and then for none until the run has long ended; the run is
  /// not held up, and the reader gets every event, in order.
  @Test
  void aSlowReaderLosesNothingAndSlowsNobody() throws InterruptedException {
    int pieces = 2_000;
    var model =
        new ScriptedChatModel(
            (_, events) -> {
              for (int i = 0; i < pieces; i++) {
                events.accept(new TurnEvent.Text(i + " "));
              }
              return new Turn("done", List.of(), true, Turn.Usage.NONE);
            });
    try (var bench = new Bench(directory, model, new ScriptedToolbox())) {
      AssertSubscriber<RunEvent> reader =
          bench
              .service
              .run(Bench.request("Count."))
              .subscribe()
              .withSubscriber(AssertSubscriber.create(3));
      reader.awaitItems(3, Duration.ofSeconds(20));
      RunId run = bench.service.list(Caller.LOCAL, Bench.QUERY).items().getFirst().id();
      assertEquals(pieces + 2, bench.events(run).size());
      assertEquals(3, reader.getItems().size(), "it asked for three");

      reader.request(10).awaitItems(13, Duration.ofSeconds(20));
      assertEquals(13, reader.getItems().size());
      reader.request(Long.MAX_VALUE).awaitCompletion(Duration.ofSeconds(20));
      assertEquals(bench.events(run), reader.getItems());
      assertEquals(
          IntStream.range(0, pieces).mapToObj(i -> i + " ").toList(),
          reader.getItems().stream()
              .filter(RunEvent.TextDelta.class::isInstance)
              .map(event -> ((RunEvent.TextDelta) event).text())
              .toList());
    }
  }

  @Test
  void aReaderComesBackToWhereItWas() throws InterruptedException {
    try (var bench = bench(says("a", "b", "c"))) {
      RunId run = bench.service.submit(Bench.request("Go."));
      bench.events(run);
      var rest =
          bench
              .service
              .follow(Caller.LOCAL, run, 3)
              .subscribe()
              .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE))
              .awaitCompletion(Duration.ofSeconds(20));
      assertEquals(List.of(4L, 5L), rest.getItems().stream().map(Recorded::sequence).toList());
      bench
          .service
          .follow(Caller.LOCAL, run, 5)
          .subscribe()
          .withSubscriber(AssertSubscriber.create(1))
          .awaitCompletion(Duration.ofSeconds(20))
          .assertHasNotReceivedAnyItem();
    }
  }

  @Test
  void theSameKeyIsTheSameRun() throws InterruptedException {
    try (var bench = bench(says("a"))) {
      AgentRun request = Bench.request("Go.");
      RunId first = bench.service.submit(request);
      bench.events(first);
      assertEquals(first, bench.service.submit(request));
      assertEquals(1, bench.service.list(Caller.LOCAL, Bench.QUERY).items().size());
    }
  }

  @Test
  void refusesWhatNeitherRunsNorMayWait() throws InterruptedException {
    var release = new CountDownLatch(1);
    ScriptedChatModel.Move waits =
        (_, _) -> {
          release.await();
          return new Turn("late", List.of(), true, Turn.Usage.NONE);
        };
    try (var bench = bench(waits)) {
      List<RunId> admitted =
          List.of(
              bench.service.submit(Bench.request("1")),
              bench.service.submit(Bench.request("2")),
              bench.service.submit(Bench.request("3")));
      var refused =
          assertThrows(OverloadedException.class, () -> bench.service.submit(Bench.request("4")));
      assertEquals(Duration.ofSeconds(2), refused.retryAfter());
      assertEquals(
          3, bench.service.list(Caller.LOCAL, Bench.QUERY).items().size(), "nothing was recorded");
      release.countDown();
      for (RunId run : admitted) {
        bench.events(run);
        assertEquals(
            RunState.Status.COMPLETED,
            bench.service.find(Caller.LOCAL, run).orElseThrow().status());
      }
    }
  }

  @Test
  void anotherCallersRunDoesNotExist() throws InterruptedException {
    try (var bench = bench(says("a"))) {
      RunId run = bench.service.submit(Bench.request("Go."));
      bench.events(run);
      Caller stranger = new Caller("stranger");
      assertTrue(bench.service.find(stranger, run).isEmpty());
      assertThrows(UnknownRunException.class, () -> bench.service.follow(stranger, run, 0));
      assertThrows(UnknownRunException.class, () -> bench.service.cancel(stranger, run));
      assertEquals(List.of(), bench.service.list(stranger, Bench.QUERY).items());
    }
  }

  private Bench bench(ScriptedChatModel.Move... script) {
    return new Bench(directory, new ScriptedChatModel(script), new ScriptedToolbox());
  }
}
