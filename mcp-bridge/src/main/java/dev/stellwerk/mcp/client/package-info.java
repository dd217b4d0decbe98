/// The client: reads which servers there are, keeps them running, and offers their tools as a
/// `ToolSource` each.
///
/// Knows processes, HTTP connections, JSON-RPC and the shape of MCP's tool messages. Trusts nothing
/// that a server says: every name, text, schema and size is bounded here. Refuses to know who calls
/// the tools or why.
@NullMarked
package dev.stellwerk.mcp.client;

import org.jspecify.annotations.NullMarked;
