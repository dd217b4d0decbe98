package dev.stellwerk.runtime.eval;

import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.template.ToolCallFormat.Choice;
import dev.stellwerk.runtime.chat.ChatModel;
import dev.stellwerk.runtime.chat.Conversation;
import dev.stellwerk.runtime.chat.ConversationSpec;
import dev.stellwerk.runtime.chat.Prompt;
import dev.stellwerk.runtime.chat.Turn;
import java.util.Map;
import java.util.TreeMap;

/// Puts cases to a model, one turn each, and counts.
public final class Evaluation {
  /// The sums of a category.
  ///
  /// @param noCallWanted cases in which no call is wanted
  /// @param noCallRight those of them in which none was made
  public record Tally(
      int cases,
      int rightTools,
      int exact,
      int calls,
      int validCalls,
      int noCallWanted,
      int noCallRight) {
    static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0);

    Tally plus(EvalCase wanted, EvalScore score) {
      boolean none = wanted.answers().isEmpty();
      return new Tally(
          cases + 1,
          rightTools + (score.rightTools() ? 1 : 0),
          exact + (score.exact() ? 1 : 0),
          calls + score.calls(),
          validCalls + score.validCalls(),
          noCallWanted + (none ? 1 : 0),
          noCallRight + (none && score.calls() == 0 ? 1 : 0));
    }
  }

  /// The category that sums up all others.
  public static final String ALL = "all";

  private final ChatModel model;
  private final Sampling sampling;
  private final int tokensMax;
  private final SchemaCheck schemas = new SchemaCheck();
  private final Map<String, Tally> tallies = new TreeMap<>();

  /// Starts with nothing counted.
  ///
  /// @param tokensMax the longest turn
  public Evaluation(ChatModel model, Sampling sampling, int tokensMax) {
    this.model = model;
    this.sampling = sampling;
    this.tokensMax = tokensMax;
  }

  /// What a case led to.
  public record Made(EvalScore score, Turn turn) {}

  /// Puts one case to the model.
  public Made put(EvalCase wanted) throws InterruptedException {
    ConversationSpec spec = new ConversationSpec(wanted.functions(), sampling, true);
    try (Conversation conversation = model.open(spec)) {
      Turn turn =
          conversation.generate(
              new Prompt(wanted.messages(), new Choice.Auto(), tokensMax), _ -> {});
      EvalScore score = EvalScore.of(wanted, turn.calls(), schemas);
      for (String category : new String[] {wanted.category(), ALL}) {
        tallies.merge(
            category, Tally.NONE.plus(wanted, score), (old, one) -> old.plus(wanted, score));
      }
      return new Made(score, turn);
    }
  }

  /// The sums so far, by category; [#ALL] among them.
  public Map<String, Tally> tallies() {
    return Map.copyOf(tallies);
  }
}
