package dev.stellwerk.tools;

import static dev.stellwerk.tools.FakeSource.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.tools.Tool.Call;
import dev.stellwerk.tools.Tool.Reason;
import dev.stellwerk.tools.Tool.Result;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;

/// What the tests of the dispatcher share.
final class DispatcherFixture {
  static final ResultLimits SMALL = new ResultLimits(1_000, 100_000, 8);

  static final DispatchLimits LIMITS = new DispatchLimits(20_000, 16, 8, 4, SMALL);

  /// For calls that are to miss their deadline.
  static final DispatchLimits BRIEF = new DispatchLimits(500, 16, 8, 4, SMALL);

  static Dispatcher dispatcher() {
    return new Dispatcher(Policies.ALLOW_ALL, LIMITS, Clock.systemUTC());
  }

  static Call call(String id, String tool) {
    return new Call(id, tool, json("{}"));
  }

  static List<Result> dispatch(Dispatcher dispatcher, ToolSource source, Call... calls)
      throws InterruptedException {
    return dispatch(dispatcher, source, Approver.NOBODY, CallListener.NONE, calls);
  }

  static List<Result> dispatch(
      Dispatcher dispatcher,
      ToolSource source,
      Approver approver,
      CallListener listener,
      Call... calls)
      throws InterruptedException {
    var tools =
        new ToolCatalog(List.of(source), Policies.ALLOW_ALL, CatalogLimits.DEFAULT).refresh();
    CallContext run = FakeSource.run(Clock.systemUTC().instant().plusSeconds(60));
    return dispatcher.dispatch(tools, Arrays.asList(calls), run, approver, listener);
  }

  static void expect(Result result, Reason reason, String part) {
    Result.Failure failure = assertInstanceOf(Result.Failure.class, result, result.toString());
    assertEquals(reason, failure.reason(), failure.message());
    assertTrue(failure.message().contains(part), failure.message());
  }

  private DispatcherFixture() {}
}
