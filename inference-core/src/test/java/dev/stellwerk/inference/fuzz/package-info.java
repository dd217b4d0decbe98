/// Fuzzing of everything that is read from files that nobody trusts: [FuzzTest] runs it, for long
/// when it is told so.
@NullMarked
package dev.stellwerk.inference.fuzz;

import org.jspecify.annotations.NullMarked;
