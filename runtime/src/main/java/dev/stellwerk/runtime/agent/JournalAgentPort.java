package dev.stellwerk.runtime.agent;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.agent.AgentEvent;
import dev.stellwerk.tools.agent.AgentPort;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.EventCursor;
import dev.stellwerk.tools.agent.Page;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.Reply;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import dev.stellwerk.tools.agent.UnknownRunException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/// The agent as protocol servers see it, over the journal.
public final class JournalAgentPort implements AgentPort {
  private final AgentService service;
  private final RunDefaults defaults;
  private final InstantSource clock;

  public JournalAgentPort(AgentService service, RunDefaults defaults, InstantSource clock) {
    this.service = requireNonNull(service, "service");
    this.defaults = requireNonNull(defaults, "defaults");
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public RunId submit(Caller caller, String key, AgentTask task) {
    return service.submit(defaults.run(caller, key, task));
  }

  @Override
  public EventCursor follow(Caller caller, RunId run, long after) {
    return new Cursor(caller, run, service.cursor(caller, run, after));
  }

  /// No run waits for an answer yet: calls that need approval are refused where nobody can be
  /// asked.
  @Override
  public void answer(Caller caller, RunId run, String requestId, Reply reply) {
    if (service.find(caller, run).isEmpty()) {
      throw new UnknownRunException(run);
    }
    throw new IllegalArgumentException("run " + run + " does not wait for an answer");
  }

  @Override
  public void cancel(Caller caller, RunId run) {
    service.cancel(caller, run);
  }

  @Override
  public Optional<RunState> get(Caller caller, RunId run) {
    return service.find(caller, run);
  }

  @Override
  public Page<RunState> list(Caller caller, Query query) {
    return service.list(caller, query);
  }

  /// Translates events; one of ours may be several of the port's, or none.
  private final class Cursor implements EventCursor {
    private final Caller caller;
    private final RunId run;
    private final RunCursor cursor;
    private final Queue<AgentEvent> translated = new ArrayDeque<>();

    Cursor(Caller caller, RunId run, RunCursor cursor) {
      this.caller = caller;
      this.run = run;
      this.cursor = cursor;
    }

    @Override
    public Optional<AgentEvent> next(Duration timeout) throws InterruptedException {
      Instant end = clock.instant().plus(timeout);
      while (translated.isEmpty() && !cursor.ended()) {
        Duration left = Duration.between(clock.instant(), end);
        Optional<Recorded> next = cursor.next(left.isNegative() ? Duration.ZERO : left);
        next.ifPresent(recorded -> translated.addAll(translate(recorded)));
        if (next.isEmpty()) {
          break;
        }
      }
      return Optional.ofNullable(translated.poll());
    }

    @Override
    public void close() {
      translated.clear();
    }

    private List<AgentEvent> translate(Recorded recorded) {
      long sequence = recorded.sequence();
      return switch (recorded.event()) {
        case RunEvent.TextDelta(_, String text) ->
            List.of(new AgentEvent.TextDelta(sequence, text));
        case RunEvent.ToolStarting starting ->
            List.of(
                new AgentEvent.ToolStarted(
                    sequence,
                    starting.call().id(),
                    starting.call().tool(),
                    starting.call().arguments()));
        case RunEvent.ToolsFinished finished ->
            finished.outcomes().stream()
                .<AgentEvent>map(
                    outcome ->
                        new AgentEvent.ToolFinished(
                            sequence,
                            outcome.callId(),
                            outcome.tool(),
                            outcome.succeeded(),
                            outcome.text()))
                .toList();
        case RunEvent.Ended _ ->
            List.of(new AgentEvent.Ended(sequence, service.find(caller, run).orElseThrow()));
        case RunEvent.Started _, RunEvent.ToolsRequested _ -> List.of();
      };
    }
  }
}
