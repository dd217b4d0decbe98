package dev.stellwerk.tools;

import static dev.stellwerk.tools.DispatcherFixture.BRIEF;
import static dev.stellwerk.tools.DispatcherFixture.SMALL;
import static dev.stellwerk.tools.DispatcherFixture.call;
import static dev.stellwerk.tools.DispatcherFixture.dispatch;
import static dev.stellwerk.tools.DispatcherFixture.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.tools.Tool.Call;
import dev.stellwerk.tools.Tool.Reason;
import dev.stellwerk.tools.Tool.Result;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Tools that are slow to end or never do.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DispatcherCancellationTest {
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void endHangingCalls() {
    end.countDown();
  }

  /// Ignores every interruption until the test ends. Once interrupted it spins: parkNanos returns
  /// at once then, as so much careless code does.
  private FakeSource.Body hanging() {
    return (call, context) -> {
      while (end.getCount() > 0) {
        LockSupport.parkNanos(1_000_000);
      }
      return Result.Success.text(call.id(), "late");
    };
  }

  @Test
  void aToolThatIgnoresInterruptionFailsAtItsDeadline() throws Exception {
    FakeSource source = new FakeSource("s").with("hang", hanging()).with("good");
    Dispatcher dispatcher = new Dispatcher(Policies.ALLOW_ALL, BRIEF, Clock.systemUTC());
    long begun = System.nanoTime();
    List<Result> results = dispatch(dispatcher, source, call("1", "hang"), call("2", "good"));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    assertTrue(millis >= 490 && millis < 10_000, millis + " ms");
    expect(results.get(0), Reason.TIMEOUT, "did not answer in time");
    assertTrue(((Result.Failure) results.get(0)).retryable());
    assertEquals("did good", ResultText.of(results.get(1)));
    assertEquals(1, dispatcher.abandonedCalls());
    end.countDown();
    awaitNoneAbandoned(dispatcher);
  }

  @Test
  void tooManyHangingCallsStopNewOnesUntilTheyEnd() throws Exception {
    FakeSource source = new FakeSource("s").with("hang", hanging()).with("good");
    Dispatcher dispatcher = new Dispatcher(Policies.ALLOW_ALL, BRIEF, Clock.systemUTC());
    Call[] hanging = {call("1", "hang"), call("2", "hang"), call("3", "hang"), call("4", "hang")};
    dispatch(dispatcher, source, hanging);
    assertEquals(4, dispatcher.abandonedCalls());
    expect(dispatch(dispatcher, source, call("5", "good")).getFirst(), Reason.UNAVAILABLE, "hang");
    end.countDown();
    awaitNoneAbandoned(dispatcher);
    assertEquals(
        "did good", ResultText.of(dispatch(dispatcher, source, call("6", "good")).getFirst()));
  }

  @Test
  void toolsThatSpinStarveNobody() throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    FakeSource source = new FakeSource("s").with("hang", hanging()).with("good");
    Dispatcher dispatcher =
        new Dispatcher(
            Policies.ALLOW_ALL, new DispatchLimits(2_000, 256, 256, 256, SMALL), Clock.systemUTC());
    Call[] spinning = new Call[cores + 1];
    Arrays.setAll(spinning, i -> call("s" + i, "hang"));
    dispatch(dispatcher, source, spinning);
    assertEquals(cores + 1, dispatcher.abandonedCalls());
    AtomicReference<String> answer = new AtomicReference<>("");
    Thread run =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    answer.set(
                        ResultText.of(dispatch(dispatcher, source, call("1", "good")).getFirst()));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    assertTrue(run.join(Duration.ofSeconds(20)), "no virtual thread runs any more");
    assertEquals("did good", answer.get());
    end.countDown();
    awaitNoneAbandoned(dispatcher);
  }

  private static void awaitNoneAbandoned(Dispatcher dispatcher) throws InterruptedException {
    for (int i = 0; i < 500 && dispatcher.abandonedCalls() > 0; i++) {
      Thread.sleep(10);
    }
    assertEquals(0, dispatcher.abandonedCalls());
  }

  @Test
  void aToolThatHonoursInterruptionIsInterrupted() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    FakeSource source =
        new FakeSource("s")
            .with(
                "sleep",
                (call, context) -> {
                  try {
                    Thread.sleep(60_000);
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                  }
                  return Result.Success.text(call.id(), "slept");
                });
    Dispatcher dispatcher = new Dispatcher(Policies.ALLOW_ALL, BRIEF, Clock.systemUTC());
    expect(dispatch(dispatcher, source, call("1", "sleep")).getFirst(), Reason.TIMEOUT, "");
    assertTrue(interrupted.await(5, TimeUnit.SECONDS));
    awaitNoneAbandoned(dispatcher);
  }

  @Test
  void interruptingTheCallerCancelsTheCallsAndReturnsPromptly() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch interrupted = new CountDownLatch(1);
    FakeSource source =
        new FakeSource("s")
            .with(
                "polite",
                (call, context) -> {
                  running.countDown();
                  try {
                    Thread.sleep(60_000);
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                  }
                  return Result.Success.text(call.id(), "");
                })
            .with(
                "rude",
                (call, context) -> {
                  running.countDown();
                  return hanging().call(call, context);
                });
    Dispatcher dispatcher =
        new Dispatcher(
            Policies.ALLOW_ALL, new DispatchLimits(60_000, 8, 8, 8, SMALL), Clock.systemUTC());
    AtomicBoolean thrown = new AtomicBoolean();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    dispatch(dispatcher, source, call("1", "rude"), call("2", "polite"));
                  } catch (InterruptedException e) {
                    thrown.set(true);
                  }
                });
    assertTrue(running.await(5, TimeUnit.SECONDS));
    caller.interrupt();
    assertTrue(caller.join(Duration.ofSeconds(10)), "the caller waits for a tool that hangs");
    assertTrue(thrown.get());
    assertTrue(interrupted.await(5, TimeUnit.SECONDS));
    end.countDown();
    awaitNoneAbandoned(dispatcher);
  }

  @Test
  void abandonedCallsGiveTheirPlaceToOthers() throws Exception {
    FakeSource source = new FakeSource("s").with("hang", hanging()).with("good");
    Dispatcher dispatcher =
        new Dispatcher(
            Policies.ALLOW_ALL, new DispatchLimits(1_000, 8, 1, 8, SMALL), Clock.systemUTC());
    expect(dispatch(dispatcher, source, call("1", "hang")).getFirst(), Reason.TIMEOUT, "");
    // While the first call of this turn holds the only place, the second waits until its deadline.
    List<Result> results = dispatch(dispatcher, source, call("2", "good"), call("3", "good"));
    results.forEach(result -> assertEquals("did good", ResultText.of(result)));
    end.countDown();
    awaitNoneAbandoned(dispatcher);
  }
}
