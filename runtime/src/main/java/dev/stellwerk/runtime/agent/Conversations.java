package dev.stellwerk.runtime.agent;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.runtime.chat.ChatModel;
import dev.stellwerk.runtime.chat.Conversation;
import dev.stellwerk.runtime.chat.ConversationSpec;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.agent.Caller;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Conversations with a model that outlive the run that they were opened for.
///
/// A run with a context id that says what an earlier one with the same id has heard goes on with
/// its conversation: nothing is read again, and the model remembers what it did beside what it
/// said. A kept conversation is only ever a saving. When it is gone, the run's history says the
/// same.
final class Conversations implements AutoCloseable {
  private final ChatModel model;
  private final int keptMax;
  private final Map<Key, Kept> kept = new LinkedHashMap<>(); // the longest kept first
  private boolean closed;

  private record Key(Caller caller, String contextId) {}

  /// A conversation between two runs.
  ///
  /// @param said what a run's history must be to go on with it
  private record Kept(
      Conversation conversation,
      Sampling sampling,
      List<Tool.Spec> offered,
      List<ChatMessage> said) {
    boolean fits(AgentRun run) {
      return said.equals(run.history()) && sampling.equals(run.sampling());
    }
  }

  Conversations(ChatModel model, int keptMax) {
    this.model = requireNonNull(model, "model");
    this.keptMax = keptMax;
  }

  /// The conversation for a run. Asks nothing of the model yet.
  ///
  /// @param selected the tools that fit the request
  Held take(AgentRun run, List<Tool.Spec> selected) {
    Kept found = remove(new Key(run.caller(), run.task().contextId()));
    if (found != null && !found.fits(run)) {
      found.conversation().close();
      found = null;
    }
    return new Held(run, found, selected);
  }

  private synchronized @Nullable Kept remove(Key key) {
    return kept.remove(key);
  }

  /// Keeps a conversation, and closes what it pushes out.
  private void keep(Key key, Kept conversation) {
    List<Kept> pushedOut = new ArrayList<>();
    synchronized (this) {
      Kept earlier = closed ? conversation : kept.put(key, conversation);
      if (earlier != null) {
        pushedOut.add(earlier);
      }
      if (kept.size() > keptMax) {
        pushedOut.add(kept.remove(kept.keySet().iterator().next()));
      }
    }
    pushedOut.forEach(each -> each.conversation().close());
  }

  @Override
  public void close() {
    List<Kept> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(kept.values());
      kept.clear();
    }
    all.forEach(each -> each.conversation().close());
  }

  /// A conversation in the hands of one run.
  final class Held implements AutoCloseable {
    private final AgentRun run;
    private final List<Tool.Spec> offered;
    private final boolean goesOn;
    private @Nullable Conversation conversation;
    private @Nullable String answer;

    private Held(AgentRun run, @Nullable Kept found, List<Tool.Spec> selected) {
      this.run = run;
      this.goesOn = found != null;
      // Other tools would have to be declared where the conversation begins: not without need.
      boolean enough = found != null && new HashSet<>(found.offered()).containsAll(selected);
      this.offered = found != null && enough ? found.offered() : selected;
      if (found != null) {
        this.conversation = found.conversation();
        if (!enough) {
          found.conversation().offer(functions());
        }
      }
    }

    /// The tools that the model may call.
    List<Tool.Spec> offered() {
      return offered;
    }

    /// What the model is told first.
    List<ChatMessage> opening() {
      List<ChatMessage> opening = new ArrayList<>(goesOn ? List.of() : run.history());
      opening.add(new ChatMessage.User(run.task().request()));
      return opening;
    }

    /// The conversation, opened when it is first asked for.
    ///
    /// @throws dev.stellwerk.inference.engine.OverloadedException when the model has no room
    Conversation conversation() {
      Conversation open = conversation;
      if (open == null) {
        open = model.open(new ConversationSpec(functions(), run.sampling(), true));
        conversation = open;
      }
      return open;
    }

    /// Notes the answer: the next run of this context may go on from here.
    void answered(String text) {
      answer = text;
    }

    private List<Function> functions() {
      return offered.stream().map(AgentLoop::function).toList();
    }

    @Override
    public void close() {
      Conversation open = conversation;
      if (open == null) {
        return;
      }
      if (answer == null || run.task().contextId().isBlank()) {
        open.close();
        return;
      }
      open.unpin(); // the next request is a person's
      List<ChatMessage> said = new ArrayList<>(run.history());
      said.add(new ChatMessage.User(run.task().request()));
      said.add(new ChatMessage.Assistant(answer, List.of()));
      keep(
          new Key(run.caller(), run.task().contextId()),
          new Kept(open, run.sampling(), offered, List.copyOf(said)));
    }
  }
}
