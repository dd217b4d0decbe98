package dev.stellwerk.runtime.agent;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.engine.ContextExceededException;
import dev.stellwerk.inference.engine.OverloadedException;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.inference.template.TemplateException;
import dev.stellwerk.inference.template.ToolCallFormat.Choice;
import dev.stellwerk.runtime.agent.RunEvent.Outcome;
import dev.stellwerk.runtime.chat.ChatModel;
import dev.stellwerk.runtime.chat.Conversation;
import dev.stellwerk.runtime.chat.ModelFailedException;
import dev.stellwerk.runtime.chat.Prompt;
import dev.stellwerk.runtime.chat.Turn;
import dev.stellwerk.runtime.chat.TurnEvent;
import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.CallListener;
import dev.stellwerk.tools.ResultText;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.agent.RunId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent: a turn of the model, the tools that it asked for, their results to the model, and so
/// on until it answers or a limit is reached.
///
/// ```
/// request ─▶ turn ─▶ calls? ── no ──▶ answer
///             ▲        │ yes
///             │        ▼
///          results ◀─ limits, refusals, ToolStarting on disk, dispatch
/// ```
public final class AgentLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentLoop.class);

  private static final int CONVERSATIONS_KEPT_MAX = 8;

  private final ChatModel model;
  private final Toolbox toolbox;
  private final Journal journal;
  private final InstantSource clock;
  private final Consumer<TurnEvent> progress;
  private final Conversations conversations;

  /// Makes a loop that any number of runs may use at the same time.
  ///
  /// @param progress told on the run's thread what the model is doing, beside the journal; must be
  ///   quick
  public AgentLoop(
      ChatModel model,
      Toolbox toolbox,
      Journal journal,
      InstantSource clock,
      Consumer<TurnEvent> progress) {
    this.model = requireNonNull(model, "model");
    this.toolbox = requireNonNull(toolbox, "toolbox");
    this.journal = requireNonNull(journal, "journal");
    this.clock = requireNonNull(clock, "clock");
    this.progress = requireNonNull(progress, "progress");
    this.conversations = new Conversations(model, CONVERSATIONS_KEPT_MAX);
  }

  /// Makes a run and blocks until it has ended. Whatever happens, the journal's last event is the
  /// one that is returned.
  ///
  /// @param interruption asked for the reason when the calling thread was interrupted
  public RunEvent.Ended run(RunId id, AgentRun run, Supplier<StopReason> interruption) {
    Budget budget = new Budget(run.limits(), clock);
    RunEvent.Ended ended;
    try {
      ended = answer(id, run, budget);
    } catch (InterruptedException e) {
      StopReason reason = interruption.get();
      ended = budget.stopped(reason, interrupted(reason, run.limits()));
    } catch (ContextExceededException e) {
      ended = budget.stopped(StopReason.CONTEXT, String.valueOf(e.getMessage()));
    } catch (OverloadedException e) {
      ended = budget.stopped(StopReason.OVERLOADED, String.valueOf(e.getMessage()));
    } catch (ModelFailedException | TemplateException e) {
      ended = budget.stopped(StopReason.MODEL, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // A fault of ours must still end the run, or its followers would wait for ever.
      LOG.error("run {} failed", id, e);
      ended = budget.stopped(StopReason.INTERNAL, "internal error: " + e);
    }
    journal.commit(id, ended);
    return ended;
  }

  /// Closes the conversations that were kept between runs.
  @Override
  public void close() {
    conversations.close();
  }

  private RunEvent.Ended answer(RunId id, AgentRun run, Budget budget) throws InterruptedException {
    try (Conversations.Held held = conversations.take(run, offer(run.task().request()))) {
      journal.commit(
          id,
          new RunEvent.Started(
              run.task().request(),
              model.name(),
              held.offered().stream().map(Tool.Spec::name).toList(),
              model.numericMode()));
      Conversation conversation = held.conversation();
      List<ChatMessage> next = held.opening();
      while (true) {
        int number = budget.turns() + 1;
        Prompt prompt = new Prompt(next, new Choice.Auto(), budget.nextTurnTokensMax());
        Turn turn = conversation.generate(prompt, event -> publish(id, number, event));
        budget.add(turn);
        if (!turn.complete()) {
          return budget.stopped(StopReason.LENGTH, cut(turn));
        }
        if (turn.calls().isEmpty()) {
          held.answered(turn.text());
          return new RunEvent.Completed(turn.text(), budget.usage());
        }
        List<Tool.Call> calls = calls(turn);
        journal.append(id, new RunEvent.ToolsRequested(number, calls));
        Optional<RunEvent.Stopped> over = budget.spend(calls);
        if (over.isPresent()) {
          return over.get();
        }
        next = results(id, run, budget, conversation, calls);
      }
    }
  }

  /// Carries out the calls of a turn and returns what the model is told.
  private List<ChatMessage> results(
      RunId id, AgentRun run, Budget budget, Conversation conversation, List<Tool.Call> calls)
      throws InterruptedException {
    CallContext context =
        new CallContext(
            id, run.caller(), budget.callDeadline(), id.value(), run.task().ancestors());
    List<Tool.Result> results =
        toolbox.call(calls, context, new Listener(id, budget.turns(), conversation));
    List<Outcome> outcomes = new ArrayList<>();
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      String text = CutText.of(ResultText.of(results.get(i)), run.limits().resultCharsMax());
      boolean succeeded = results.get(i) instanceof Tool.Result.Success;
      outcomes.add(new Outcome(calls.get(i).id(), calls.get(i).tool(), succeeded, text));
      messages.add(new ChatMessage.ToolResult(calls.get(i).id(), text));
    }
    journal.append(id, new RunEvent.ToolsFinished(budget.turns(), outcomes));
    return messages;
  }

  /// What a turn's calls go through before any of them has an effect.
  private final class Listener implements CallListener {
    private final RunId id;
    private final int turn;
    private final Conversation conversation;

    Listener(RunId id, int turn, Conversation conversation) {
      this.id = id;
      this.turn = turn;
      this.conversation = conversation;
    }

    /// Whoever needs the memory may have it while a person thinks.
    @Override
    public void asking(Tool.Call call) {
      conversation.unpin();
    }

    /// Nothing is dispatched before this returns, and it returns when all is on disk.
    @Override
    public void starting(List<Starting> calls) {
      for (Starting call : calls) {
        journal.append(
            id,
            new RunEvent.ToolStarting(turn, call.call(), call.idempotencyKey(), call.effects()));
      }
      journal.flush();
    }
  }

  private List<Tool.Spec> offer(String request) {
    List<Tool.Spec> offered = new ArrayList<>();
    for (Tool.Spec spec : toolbox.offer(request)) {
      Optional<String> refusal = model.refusal(function(spec));
      refusal.ifPresentOrElse(
          why -> LOG.warn("tool {} is not offered: {}", spec.name(), why), () -> offered.add(spec));
    }
    return offered;
  }

  private void publish(RunId id, int turn, TurnEvent event) {
    if (event instanceof TurnEvent.Text(String text)) {
      journal.append(id, new RunEvent.TextDelta(turn, text));
    }
    progress.accept(event);
  }

  static Function function(Tool.Spec spec) {
    return new Function(spec.name(), spec.description(), spec.inputSchema());
  }

  private static List<Tool.Call> calls(Turn turn) {
    return turn.calls().stream()
        .map(call -> new Tool.Call(call.id(), call.name(), call.arguments()))
        .toList();
  }

  private static String cut(Turn turn) {
    return "the model's turn was cut after "
        + turn.usage().generatedTokens()
        + " tokens"
        + (turn.text().isBlank() ? ", in the middle of a tool call" : "")
        + "; word the request differently, or raise run.turn-tokens-max";
  }

  private static String interrupted(StopReason reason, RunLimits limits) {
    return reason == StopReason.TIME
        ? "no answer after "
            + limits.wallMillisMax()
            + " ms; raise run.wall-millis-max to allow more"
        : "the run was cancelled";
  }
}
