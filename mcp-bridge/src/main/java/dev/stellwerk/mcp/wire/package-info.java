/// Bytes to messages, for both ends of a stdio connection.
///
/// Knows lines and their bounds. Refuses to know what a message means.
@NullMarked
package dev.stellwerk.mcp.wire;

import org.jspecify.annotations.NullMarked;
