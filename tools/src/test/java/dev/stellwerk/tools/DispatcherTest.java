package dev.stellwerk.tools;

import static dev.stellwerk.tools.DispatcherFixture.LIMITS;
import static dev.stellwerk.tools.DispatcherFixture.SMALL;
import static dev.stellwerk.tools.DispatcherFixture.call;
import static dev.stellwerk.tools.DispatcherFixture.dispatch;
import static dev.stellwerk.tools.DispatcherFixture.dispatcher;
import static dev.stellwerk.tools.DispatcherFixture.expect;
import static dev.stellwerk.tools.FakeSource.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.tools.Tool.Call;
import dev.stellwerk.tools.Tool.Reason;
import dev.stellwerk.tools.Tool.Result;
import dev.stellwerk.tools.ToolPolicy.Decision;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DispatcherTest {
  @Test
  void resultsComeInTheOrderOfTheCalls() throws Exception {
    FakeSource source =
        new FakeSource("s")
            .with(
                "slow",
                (call, context) -> {
                  Thread.sleep(100);
                  return Result.Success.text(call.id(), "slow");
                })
            .with("fast");
    List<Result> results =
        dispatch(dispatcher(), source, call("1", "slow"), call("2", "fast"), call("3", "slow"));
    assertEquals(List.of("1", "2", "3"), results.stream().map(Result::callId).toList());
    assertEquals(
        List.of("slow", "did fast", "slow"), results.stream().map(ResultText::of).toList());
  }

  @Test
  void callsRunAtOnce() throws Exception {
    CountDownLatch together = new CountDownLatch(4);
    FakeSource source =
        new FakeSource("s")
            .with(
                "meet",
                (call, context) -> {
                  together.countDown();
                  assertTrue(together.await(5, TimeUnit.SECONDS));
                  return Result.Success.text(call.id(), "met");
                });
    for (Result result :
        dispatch(
            dispatcher(),
            source,
            call("1", "meet"),
            call("2", "meet"),
            call("3", "meet"),
            call("4", "meet"))) {
      assertEquals("met", ResultText.of(result));
    }
  }

  @Test
  void badCallsNeverReachASource() throws Exception {
    FakeSource source =
        new FakeSource("s")
            .with(
                FakeSource.spec(
                    "typed",
                    "",
                    "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},"
                        + "\"required\":[\"n\"],\"additionalProperties\":false}"),
                (call, context) -> Result.Success.text(call.id(), "ran"));
    AtomicInteger announced = new AtomicInteger();
    List<Result> results =
        dispatch(
            dispatcher(),
            source,
            Approver.NOBODY,
            calls -> announced.addAndGet(calls.size()),
            call("1", "nope\u0000" + "x".repeat(500)),
            call("2", "typed"),
            new Call("3", "typed", json("{\"n\":\"x\"}")),
            new Call("4", "typed", json("[1]")),
            new Call("5", "typed", json("{\"n\":1,\"m\":2}")));
    expect(results.get(0), Reason.UNKNOWN_TOOL, "there is no tool called 'nopex");
    for (Result result : results.subList(1, 5)) {
      expect(result, Reason.INVALID_ARGUMENTS, "arguments");
    }
    assertEquals(0, source.calls.get());
    assertEquals(0, announced.get());
  }

  /// A source that breaks its contract.
  @SuppressWarnings("NullAway")
  private static Result nothing(Call call, CallContext context) {
    return null;
  }

  @Test
  void aToolThatThrowsFailsAloneWhateverItThrows() throws Exception {
    FakeSource source =
        new FakeSource("s")
            .with(
                "exception",
                (call, context) -> {
                  throw new IllegalStateException("disk\u0007 on fire");
                })
            .with(
                "error",
                (call, context) -> {
                  throw new StackOverflowError();
                })
            .with(
                "interrupted",
                (call, context) -> {
                  throw new InterruptedException();
                })
            .with("nothing", DispatcherTest::nothing)
            .with("good");
    List<Result> results =
        dispatch(
            dispatcher(),
            source,
            call("1", "exception"),
            call("2", "error"),
            call("3", "interrupted"),
            call("4", "nothing"),
            call("5", "good"));
    expect(results.get(0), Reason.TOOL_ERROR, "IllegalStateException: disk on fire");
    expect(results.get(1), Reason.TOOL_ERROR, "StackOverflowError");
    expect(results.get(2), Reason.CANCELLED, "cancelled");
    expect(results.get(3), Reason.TOOL_ERROR, "nothing");
    assertEquals("did good", ResultText.of(results.get(4)));
  }

  @Test
  void aHundredMegabytesBecomeAFailureAndALittleTooMuchIsCut() throws Exception {
    FakeSource source =
        new FakeSource("s")
            .with("flood", (call, context) -> Result.Success.text(call.id(), "x".repeat(100 << 20)))
            .with("long", (call, context) -> Result.Success.text(call.id(), "é".repeat(1_000)));
    List<Result> results =
        dispatch(
            new Dispatcher(
                Policies.ALLOW_ALL, new DispatchLimits(5_000, 16, 8, 4, SMALL), Clock.systemUTC()),
            source,
            call("1", "flood"),
            call("2", "long"));
    expect(results.get(0), Reason.INVALID_RESULT, "more than 100000 bytes");
    assertEquals(
        "é".repeat(500) + "\n[Cut here: the first 1000 of 2000 bytes.]",
        ResultText.of(results.get(1)));
  }

  @Test
  void theOutputSchemaIsChecked() throws Exception {
    String schema = "{\"type\":\"object\",\"required\":[\"n\"]}";
    Tool.Spec spec =
        new Tool.Spec(
            "out", "", json(FakeSource.ANYTHING), Optional.of(json(schema)), Tool.Effects.UNKNOWN);
    List<Optional<String>> answers =
        List.of(Optional.of("{\"n\":1}"), Optional.of("{\"m\":1}"), Optional.empty());
    FakeSource source =
        new FakeSource("s")
            .with(
                spec,
                (call, context) ->
                    new Result.Success(
                        "whatever",
                        List.of(),
                        answers.get(Integer.parseInt(call.id())).map(FakeSource::json)));
    List<Result> results =
        dispatch(dispatcher(), source, call("0", "out"), call("1", "out"), call("2", "out"));
    assertEquals("0", results.get(0).callId(), "the id is the call's, not the source's");
    assertEquals("{\"n\":1}", ResultText.of(results.get(0)));
    expect(results.get(1), Reason.INVALID_RESULT, "breaks the schema");
    expect(results.get(2), Reason.INVALID_RESULT, "left out");
  }

  @Test
  void noMoreCallsRunAtOnceThanAllowed() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    FakeSource source =
        new FakeSource("s")
            .with(
                "count",
                (call, context) -> {
                  most.accumulateAndGet(now.incrementAndGet(), Math::max);
                  Thread.sleep(20);
                  now.decrementAndGet();
                  return Result.Success.text(call.id(), "ok");
                });
    Dispatcher dispatcher =
        new Dispatcher(
            Policies.ALLOW_ALL, new DispatchLimits(5_000, 16, 3, 4, SMALL), Clock.systemUTC());
    Call[] calls = new Call[18];
    Arrays.setAll(calls, i -> call("c" + i, "count"));
    List<Result> results = dispatch(dispatcher, source, calls);
    assertEquals(3, most.get());
    results.subList(0, 16).forEach(result -> assertEquals("ok", ResultText.of(result)));
    results.subList(16, 18).forEach(result -> expect(result, Reason.DENIED, "at most 16"));
  }

  @Test
  void policyAndApprovalComeBeforeTheListenerAndTheListenerBeforeTheSource() throws Exception {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    FakeSource.Body body =
        (call, context) -> {
          order.add("source " + call.id() + " " + context.idempotencyKey());
          return Result.Success.text(call.id(), "ok");
        };
    FakeSource source = new FakeSource("s").with("yes", body).with("no", body).with("never", body);
    ToolPolicy policy = (s, raw, e) -> raw.equals("never") ? Decision.DENY : Decision.ASK;
    Approver approver =
        request -> {
          order.add("ask " + request.source() + ":" + request.rawName());
          return request.rawName().equals("yes");
        };
    CallListener listener =
        calls ->
            calls.forEach(c -> order.add("starting " + c.call().id() + " " + c.idempotencyKey()));
    List<Result> results =
        dispatch(
            new Dispatcher(policy, LIMITS, Clock.systemUTC()),
            source,
            approver,
            listener,
            call("1", "yes"),
            call("2", "no"),
            call("3", "never"));
    assertEquals(List.of("ask s:yes", "ask s:no", "starting 1 r1:1", "source 1 r1:1"), order);
    assertEquals("ok", ResultText.of(results.get(0)));
    expect(results.get(1), Reason.DENIED, "approval");
    expect(results.get(2), Reason.DENIED, "policy");
  }

  @Test
  void whenTheListenerFailsNothingIsCalled() {
    FakeSource source = new FakeSource("s").with("x");
    CallListener broken =
        calls -> {
          throw new IllegalStateException("journal full");
        };
    assertThrows(
        IllegalStateException.class,
        () -> dispatch(dispatcher(), source, Approver.NOBODY, broken, call("1", "x")));
    assertEquals(0, source.calls.get());
  }

  @Test
  void theRunsDeadlineBoundsTheCall() throws Exception {
    AtomicInteger called = new AtomicInteger();
    FakeSource source =
        new FakeSource("s")
            .with(
                "x",
                (call, context) -> {
                  called.incrementAndGet();
                  return Result.Success.text(call.id(), "");
                });
    var tools =
        new ToolCatalog(List.of(source), Policies.ALLOW_ALL, CatalogLimits.DEFAULT).refresh();
    CallContext over = FakeSource.run(Clock.systemUTC().instant().minusSeconds(1));
    Result result =
        dispatcher()
            .dispatch(tools, List.of(call("1", "x")), over, Approver.NOBODY, CallListener.NONE)
            .getFirst();
    expect(result, Reason.TIMEOUT, "time is over");
    assertEquals(0, called.get());
    assertFalse(dispatch(dispatcher(), source).iterator().hasNext(), "no calls, no results");
  }

  @Test
  void aThousandDispatchesLeaveNothingBehind() throws Exception {
    FakeSource source = new FakeSource("s").with("x");
    Dispatcher dispatcher = dispatcher();
    for (int i = 0; i < 1_000; i++) {
      assertEquals("did x", ResultText.of(dispatch(dispatcher, source, call("c", "x")).getFirst()));
    }
    assertEquals(0, dispatcher.abandonedCalls());
  }
}
