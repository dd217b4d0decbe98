package dev.stellwerk.runtime.agent;

import dev.stellwerk.runtime.chat.Turn;

/// What a run cost.
///
/// @param promptTokens tokens that the model read
/// @param generatedTokens tokens that it wrote
/// @param wallMillis from the run's start to its end
/// @param promptMillis of those, reading
/// @param generateMillis of those, writing
/// @param cachedTokens tokens that later turns found in the model's cache
/// @param prefilledTokens tokens that were computed to be read
/// @param rewoundTokens tokens that were given up because the template rewrote them
public record RunUsage(
    int turns,
    int toolCalls,
    long promptTokens,
    long generatedTokens,
    long wallMillis,
    long promptMillis,
    long generateMillis,
    long cachedTokens,
    long prefilledTokens,
    long rewoundTokens) {
  public static final RunUsage NONE = of(0, 0, Turn.Usage.NONE, 0);

  static RunUsage of(int turns, int toolCalls, Turn.Usage usage, long wallMillis) {
    return new RunUsage(
        turns,
        toolCalls,
        usage.promptTokens(),
        usage.generatedTokens(),
        wallMillis,
        usage.promptNanos() / 1_000_000,
        usage.generateNanos() / 1_000_000,
        usage.cachedTokens(),
        usage.prefilledTokens(),
        usage.rewoundTokens());
  }
}
