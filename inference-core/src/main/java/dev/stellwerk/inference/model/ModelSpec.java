package dev.stellwerk.inference.model;

import static java.util.Objects.requireNonNull;

/// The hyperparameters that all architectures have.
///
/// @param architecture as the file names it
/// @param contextLength the longest sequence, in tokens
/// @param hidden width of the residual stream
/// @param heads of queries
/// @param epsilon of the norms
public record ModelSpec(
    String architecture,
    int vocabulary,
    int contextLength,
    int hidden,
    int layers,
    int heads,
    float epsilon) {
  public ModelSpec {
    requireNonNull(architecture, "architecture");
  }
}
