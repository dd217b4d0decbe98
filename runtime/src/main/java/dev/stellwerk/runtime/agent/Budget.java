package dev.stellwerk.runtime.agent;

import dev.stellwerk.runtime.agent.RunEvent.Stopped;
import dev.stellwerk.runtime.chat.Turn;
import dev.stellwerk.tools.Tool;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// What a run has used of its limits.
final class Budget {
  private final RunLimits limits;
  private final InstantSource clock;
  private final Instant start;
  private final LoopBreaker loopBreaker;
  private int turns;
  private int toolCalls;
  private Turn.Usage usage = Turn.Usage.NONE;

  Budget(RunLimits limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
    this.start = clock.instant();
    this.loopBreaker = new LoopBreaker(limits.repeatedCallsMax());
  }

  int turns() {
    return turns;
  }

  void add(Turn turn) {
    turns++;
    usage = usage.plus(turn.usage());
  }

  /// The longest that the next turn may be.
  int nextTurnTokensMax() {
    return Math.clamp(limits.tokensMax() - usage.tokens(), 1, limits.turnTokensMax());
  }

  /// When a call that starts now must have ended.
  Instant callDeadline() {
    Instant call = clock.instant().plusMillis(limits.callMillisMax());
    Instant run = start.plusMillis(limits.wallMillisMax());
    return call.isBefore(run) ? call : run;
  }

  /// Counts the calls that the model asks for, and says why the run must end instead of making
  /// them.
  Optional<Stopped> spend(List<Tool.Call> calls) {
    toolCalls += calls.size();
    if (turns >= limits.turnsMax()) {
      return stop(
          StopReason.TURNS,
          "no answer after " + turns + " turns; raise run.turns-max to allow more");
    }
    if (toolCalls > limits.toolCallsMax()) {
      toolCalls -= calls.size();
      return stop(
          StopReason.TOOL_CALLS,
          "the model asked for more than "
              + limits.toolCallsMax()
              + " tool calls; raise run.tool-calls-max to allow more");
    }
    if (usage.tokens() >= limits.tokensMax()) {
      return stop(
          StopReason.TOKENS,
          "the run used " + usage.tokens() + " tokens; raise run.tokens-max to allow more");
    }
    for (Tool.Call call : calls) {
      if (loopBreaker.tooOften(call)) {
        return stop(
            StopReason.REPEATED_CALL,
            "the model keeps calling "
                + call.tool()
                + " with the same arguments ("
                + limits.repeatedCallsMax()
                + " times); word the request differently");
      }
    }
    return Optional.empty();
  }

  Stopped stopped(StopReason reason, String message) {
    return new Stopped(reason, message, usage());
  }

  RunUsage usage() {
    return RunUsage.of(turns, toolCalls, usage, clock.millis() - start.toEpochMilli());
  }

  private Optional<Stopped> stop(StopReason reason, String message) {
    return Optional.of(stopped(reason, message));
  }
}
