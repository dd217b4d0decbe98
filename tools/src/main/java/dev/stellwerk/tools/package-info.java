/// Tools as the agent sees them: what a tool is, where tools come from, and how a call reaches one.
///
/// Knows specifications, effects, calls and results. Refuses to know models, protocols (MCP, A2A,
/// HTTP) and the runtime: those modules depend on this one, never the reverse.
@NullMarked
package dev.stellwerk.tools;

import org.jspecify.annotations.NullMarked;
