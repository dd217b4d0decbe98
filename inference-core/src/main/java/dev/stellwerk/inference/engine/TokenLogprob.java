package dev.stellwerk.inference.engine;

/// A token that could have been chosen.
///
/// @param logprob natural logarithm of its probability, before the constraint and all sampling
///   parameters
public record TokenLogprob(int id, float logprob) {}
