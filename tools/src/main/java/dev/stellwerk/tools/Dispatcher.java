package dev.stellwerk.tools;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.CallPlanner.Plan;
import dev.stellwerk.tools.Tool.Call;
import dev.stellwerk.tools.Tool.Reason;
import dev.stellwerk.tools.Tool.Result;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Carries out the calls of one turn: plans them all, then starts them all, then collects the
/// results in the model's order.
///
/// ```
/// plan      known? arguments valid? policy? approved?   a call that fails here is never made
/// announce  CallListener.starting(all ready calls)      the journal commits
/// run       one thread a call, bounded places           siblings do not affect each other
/// collect   deadline, caps, output schema               every call has exactly one result
/// ```
///
/// One dispatcher serves all runs. A call has a platform thread of its own unless another factory
/// is given. Not a virtual one: a tool that spins never leaves its carrier thread, and as many such
/// tools as the machine has cores would stop every run in the process (ADR 0006).
public final class Dispatcher {
  private final DispatchLimits limits;
  private final Clock clock;
  private final ThreadFactory threads;
  private final Schemas schemas = new Schemas();
  private final CallPlanner planner;
  private final Semaphore places;
  private final AtomicInteger abandoned = new AtomicInteger();

  public Dispatcher(ToolPolicy policy, DispatchLimits limits, Clock clock) {
    this(policy, limits, clock, Thread.ofPlatform().daemon().name("tool-call-", 0).factory());
  }

  public Dispatcher(ToolPolicy policy, DispatchLimits limits, Clock clock, ThreadFactory threads) {
    this.limits = requireNonNull(limits, "limits");
    this.clock = requireNonNull(clock, "clock");
    this.threads = requireNonNull(threads, "threads");
    this.planner = new CallPlanner(requireNonNull(policy, "policy"), schemas);
    this.places = new Semaphore(limits.parallelCallsMax());
  }

  /// Makes the calls, in parallel, and returns one result a call in the order of the calls.
  ///
  /// @param run the run's context: its deadline bounds every call's, and a call's idempotency key
  ///   is the run's key, `:` and the call's id
  /// @throws InterruptedException when the calling thread is interrupted; all calls are then
  ///   cancelled and not waited for
  public List<Result> dispatch(
      ToolCatalog.Snapshot tools,
      List<Call> calls,
      CallContext run,
      Approver approver,
      CallListener listener)
      throws InterruptedException {
    List<Plan> plans = new ArrayList<>(calls.size());
    for (Call call : calls) {
      plans.add(
          plans.size() < limits.callsMax()
              ? planner.plan(tools, call, run, approver)
              : surplus(call));
    }
    announce(plans, listener);
    List<Started> started = new ArrayList<>(plans.size());
    try {
      plans.forEach(plan -> started.add(start(plan, run)));
      List<Result> results = new ArrayList<>(started.size());
      for (Started call : started) {
        results.add(call.collect());
      }
      return List.copyOf(results);
    } finally {
      started.forEach(Started::abandon);
    }
  }

  /// Calls that were given up and have not ended yet.
  public int abandonedCalls() {
    return abandoned.get();
  }

  private Plan surplus(Call call) {
    return CallPlanner.refused(
        call, Reason.DENIED, "at most " + limits.callsMax() + " calls may be made at once");
  }

  private static void announce(List<Plan> plans, CallListener listener) {
    List<CallListener.Starting> starting = new ArrayList<>();
    for (Plan plan : plans) {
      if (plan instanceof Plan.Ready ready) {
        starting.add(ready.starting());
      }
    }
    if (!starting.isEmpty()) {
      listener.starting(List.copyOf(starting));
    }
  }

  private Started start(Plan plan, CallContext run) {
    return switch (plan) {
      case Plan.Refused(Result.Failure failure) -> new Started.Ended(failure);
      case Plan.Ready ready -> start(ready, run);
    };
  }

  private Started start(Plan.Ready ready, CallContext run) {
    if (abandoned.get() >= limits.abandonedCallsMax()) {
      return ended(
          ready.call(),
          Reason.UNAVAILABLE,
          "too many earlier calls hang; no more are started until they end");
    }
    Instant now = clock.instant();
    Instant latest = now.plusMillis(limits.callTimeoutMillis());
    Instant deadline = run.deadline().isBefore(latest) ? run.deadline() : latest;
    long millis = Duration.between(now, deadline).toMillis();
    if (millis <= 0) {
      return ended(ready.call(), Reason.TIMEOUT, "the run's time is over");
    }
    SourceCall body =
        new SourceCall(
            ready.entry(),
            ready.call(),
            run.forCall(ready.call().id(), deadline),
            limits.results(),
            schemas);
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    return new Started.Running(
        new RunningCall(body, places, abandoned, deadlineNanos, threads).start());
  }

  private static Started ended(Call call, Reason reason, String message) {
    return new Started.Ended(new Result.Failure(call.id(), reason, message, true));
  }

  /// A call after its start: already ended, or running.
  private sealed interface Started {
    Result collect() throws InterruptedException;

    default void abandon() {}

    record Ended(Result result) implements Started {
      @Override
      public Result collect() {
        return result;
      }
    }

    record Running(RunningCall call) implements Started {
      @Override
      public Result collect() throws InterruptedException {
        return call.await();
      }

      @Override
      public void abandon() {
        call.abandon();
      }
    }
  }
}
