/// Architectures: one forward pass a family, written over the backend's kernels.
///
/// Knows hyperparameters, weights and the KV view. Refuses to know where the arithmetic runs,
/// sampling and text.
@NullMarked
package dev.stellwerk.inference.model;

import org.jspecify.annotations.NullMarked;
