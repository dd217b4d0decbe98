package dev.stellwerk.inference.engine;

/// What a generation cost.
///
/// @param promptTokens tokens of the suffix that were prefilled
/// @param generatedTokens tokens appended, forced ones included
/// @param forcedTokens those of them that were not sampled
/// @param prefillNanos time spent on the suffix
/// @param decodeNanos time spent on the rest
public record Usage(
    int promptTokens, int generatedTokens, int forcedTokens, long prefillNanos, long decodeNanos) {}
