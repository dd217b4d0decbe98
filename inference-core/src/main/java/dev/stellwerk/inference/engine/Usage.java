package dev.stellwerk.inference.engine;

/// What a generation cost.
///
/// The context of a generation is what its session held before and the suffix: `cachedTokens +
/// prefilledTokens` of a generation that was not cut short.
///
/// @param promptTokens tokens of the suffix
/// @param cachedTokens tokens of the context that the KV cache held already, from this session's
///   earlier generations or from others with the same beginning
/// @param prefilledTokens tokens of the context that were computed
/// @param recomputedTokens tokens that were computed once more, after the generation had lost its
///   memory to an older one
/// @param generatedTokens tokens appended, forced ones included
/// @param forcedTokens those of them that were not sampled
/// @param queueNanos time spent waiting for a place and for memory
/// @param prefillNanos time spent on the context
/// @param decodeNanos time spent on the rest
public record Usage(
    int promptTokens,
    int cachedTokens,
    int prefilledTokens,
    int recomputedTokens,
    int generatedTokens,
    int forcedTokens,
    long queueNanos,
    long prefillNanos,
    long decodeNanos) {}
