/// The bridge to the Model Context Protocol: its servers' tools become ours, and our agent becomes
/// a tool of its clients.
///
/// The only module that sees the MCP SDK's types. Refuses to know the runtime: it reaches an agent
/// through `AgentPort`. The work is in the packages below: `client`, `server`, and `wire`, which
/// both read with.
@NullMarked
package dev.stellwerk.mcp;

import org.jspecify.annotations.NullMarked;
