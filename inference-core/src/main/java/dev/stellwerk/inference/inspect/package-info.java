/// Says what a model file holds, what it would need, and whether it can run here.
///
/// Knows the metadata that model files have, and asks the packages that would load the rest.
/// Computes nothing with the weights.
@NullMarked
package dev.stellwerk.inference.inspect;

import org.jspecify.annotations.NullMarked;
