package dev.stellwerk.runtime.chat;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import java.util.List;

/// What the model said in one turn.
///
/// @param text visible text, without reasoning
/// @param reasoning what the model thought; empty when it did not
/// @param calls in the order in which the model made them
/// @param complete whether the model ended the turn itself; false when it was cut at its limit
public record Turn(
    String text, String reasoning, List<FunctionCall> calls, boolean complete, Usage usage) {
  /// A turn without reasoning.
  public Turn(String text, List<FunctionCall> calls, boolean complete, Usage usage) {
    this(text, "", calls, complete, usage);
  }

  public Turn {
    requireNonNull(text, "text");
    requireNonNull(reasoning, "reasoning");
    calls = List.copyOf(calls);
    requireNonNull(usage, "usage");
  }

  /// What turns cost.
  ///
  /// @param promptTokens tokens that were added to the conversation to be read
  /// @param cachedTokens tokens of the conversation that the model's cache held already
  /// @param prefilledTokens tokens of the conversation that were computed: the added ones, and
  ///   whatever the cache did not hold any more
  /// @param rewoundTokens tokens that the conversation had, and that were given up because the
  ///   template renders them differently now
  /// @param generatedTokens tokens that were written, forced ones included
  /// @param forcedTokens those of them that the grammar left no choice about
  /// @param promptNanos time spent on reading
  /// @param generateNanos time spent on writing
  public record Usage(
      long promptTokens,
      long cachedTokens,
      long prefilledTokens,
      long rewoundTokens,
      long generatedTokens,
      long forcedTokens,
      long promptNanos,
      long generateNanos) {
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0);

    /// Of a model that does not say what it had in its cache.
    public Usage(
        long promptTokens,
        long generatedTokens,
        long forcedTokens,
        long promptNanos,
        long generateNanos) {
      this(
          promptTokens,
          0,
          promptTokens,
          0,
          generatedTokens,
          forcedTokens,
          promptNanos,
          generateNanos);
    }

    /// The sum of two.
    public Usage plus(Usage other) {
      return new Usage(
          promptTokens + other.promptTokens,
          cachedTokens + other.cachedTokens,
          prefilledTokens + other.prefilledTokens,
          rewoundTokens + other.rewoundTokens,
          generatedTokens + other.generatedTokens,
          forcedTokens + other.forcedTokens,
          promptNanos + other.promptNanos,
          generateNanos + other.generateNanos);
    }

    /// All tokens, read and written.
    public long tokens() {
      return promptTokens + generatedTokens;
    }
  }
}
