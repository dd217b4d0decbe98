/// The agent loop: turns of a model and calls of tools until there is an answer or a limit.
///
/// Knows chat models, tools and the journal by their interfaces. Refuses to know HTTP, terminals,
/// tokens and SQL.
@NullMarked
package dev.stellwerk.runtime.agent;

import org.jspecify.annotations.NullMarked;
