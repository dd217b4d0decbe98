/// The one port through which a protocol server (MCP, A2A) reaches an agent without seeing the
/// runtime.
///
/// Knows runs, callers, events and replies as protocols need them. Refuses to know how a run works
/// inside.
@NullMarked
package dev.stellwerk.tools.agent;

import org.jspecify.annotations.NullMarked;
