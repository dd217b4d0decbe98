/// The oracle: every kernel as plain loops, against which all others are tested.
///
/// Knows arithmetic. Refuses to be clever.
@NullMarked
package dev.stellwerk.inference.backend.scalar;

import org.jspecify.annotations.NullMarked;
