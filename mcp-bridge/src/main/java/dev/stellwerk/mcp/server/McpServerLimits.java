package dev.stellwerk.mcp.server;

/// The bounds within which a client is served.
///
/// @param messageBytesMax of one message from the client
/// @param junkLinesMax of lines in a row that are no JSON-RPC message, before the connection ends
/// @param openRequestsMax of requests that wait for their answers
/// @param requestCharsMax of one task's request
/// @param taskTimeoutMillis after which a task is cancelled
/// @param stopTimeoutMillis that running tasks get to end once the client is gone
/// @param toolCallsMax of a task's tool calls that its answer lists
public record McpServerLimits(
    int messageBytesMax,
    int junkLinesMax,
    int openRequestsMax,
    int requestCharsMax,
    long taskTimeoutMillis,
    long stopTimeoutMillis,
    int toolCallsMax) {
  public static final McpServerLimits DEFAULT =
      new McpServerLimits(4 * 1024 * 1024, 100, 64, 100_000, 30 * 60_000L, 5_000, 100);

  public McpServerLimits {
    if (messageBytesMax < 1
        || junkLinesMax < 1
        || openRequestsMax < 1
        || requestCharsMax < 1
        || taskTimeoutMillis < 1
        || stopTimeoutMillis < 1
        || toolCallsMax < 1) {
      throw new IllegalArgumentException("every limit must be at least 1");
    }
  }
}
