/// The Quarkus application: the agent loop, its journal, and every edge through which it is
/// reached.
///
/// Knows all modules. Nothing depends on it but the system tests.
@NullMarked
package dev.stellwerk.runtime;

import org.jspecify.annotations.NullMarked;
