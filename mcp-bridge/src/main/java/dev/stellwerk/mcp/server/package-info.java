/// The server: our agent as one MCP tool, `run_task`.
///
/// Knows MCP's server side and the agent's port. Refuses to know how a run works; stdout belongs to
/// the protocol, so nothing here prints.
@NullMarked
package dev.stellwerk.mcp.server;

import org.jspecify.annotations.NullMarked;
