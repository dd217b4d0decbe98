package dev.stellwerk.inference.engine;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.constraint.Constraint;

/// What to generate.
///
/// @param suffix the tokens to append to what the session already holds; at least one
/// @param maxTokens the most tokens to generate
public record Request(Tokens suffix, Sampling sampling, Constraint constraint, int maxTokens) {
  public Request {
    requireNonNull(sampling, "sampling");
    requireNonNull(constraint, "constraint");
    if (suffix.size() == 0) {
      throw new IllegalArgumentException("the suffix is empty");
    }
    if (maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens " + maxTokens + " is below 1");
    }
  }
}
