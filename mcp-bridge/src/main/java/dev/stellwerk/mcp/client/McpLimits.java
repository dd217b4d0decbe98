package dev.stellwerk.mcp.client;

/// The bounds within which a server is believed to behave.
///
/// @param startTimeoutMillis from starting a server to its list of tools; a first `npx` downloads
/// @param listTimeoutMillis to list the tools again
/// @param stopGraceMillis that a server has to end by itself, and again after SIGTERM
/// @param messageBytesMax of one message from a server
/// @param junkLinesMax of lines in a row on a server's stdout that are no JSON-RPC message
/// @param noticesMax of messages in a row that answer no call of ours
/// @param sendQueueMax of messages that wait for a server to read its stdin
/// @param inFlightMax of calls that wait for one server
/// @param stderrLinesMax of a server's last words that are kept
/// @param toolsMax that one server may offer
/// @param toolPagesMax of one listing
/// @param schemaBytesMax of one tool's input or output schema
/// @param descriptionCharsMax of one tool's description
/// @param resultBytesMax of one call's content and structured content
/// @param resultPartsMax of one call's content
/// @param respawnDelayMillisMin after a server's second failure in a row; doubles with each
/// @param respawnDelayMillisMax up to here
public record McpLimits(
    long startTimeoutMillis,
    long listTimeoutMillis,
    long stopGraceMillis,
    int messageBytesMax,
    int junkLinesMax,
    int noticesMax,
    int sendQueueMax,
    int inFlightMax,
    int stderrLinesMax,
    int toolsMax,
    int toolPagesMax,
    int schemaBytesMax,
    int descriptionCharsMax,
    int resultBytesMax,
    int resultPartsMax,
    long respawnDelayMillisMin,
    long respawnDelayMillisMax) {
  public static final McpLimits DEFAULT =
      new McpLimits(
          60_000,
          20_000,
          2_000,
          16 * 1024 * 1024,
          200,
          100_000,
          256,
          64,
          20,
          1_000,
          100,
          64 * 1024,
          2_000,
          4 * 1024 * 1024,
          256,
          250,
          30_000);

  public McpLimits {
    positive("startTimeoutMillis", startTimeoutMillis);
    positive("listTimeoutMillis", listTimeoutMillis);
    positive("stopGraceMillis", stopGraceMillis);
    positive("messageBytesMax", messageBytesMax);
    positive("junkLinesMax", junkLinesMax);
    positive("noticesMax", noticesMax);
    positive("sendQueueMax", sendQueueMax);
    positive("inFlightMax", inFlightMax);
    positive("stderrLinesMax", stderrLinesMax);
    positive("toolsMax", toolsMax);
    positive("toolPagesMax", toolPagesMax);
    positive("schemaBytesMax", schemaBytesMax);
    positive("descriptionCharsMax", descriptionCharsMax);
    positive("resultBytesMax", resultBytesMax);
    positive("resultPartsMax", resultPartsMax);
    positive("respawnDelayMillisMin", respawnDelayMillisMin);
    positive("respawnDelayMillisMax", respawnDelayMillisMax);
  }

  /// The same limits with other time bounds, for servers known to be slow or tests known to be
  /// quick.
  public McpLimits withTimeouts(long startMillis, long listMillis, long stopMillis) {
    return new McpLimits(
        startMillis,
        listMillis,
        stopMillis,
        messageBytesMax,
        junkLinesMax,
        noticesMax,
        sendQueueMax,
        inFlightMax,
        stderrLinesMax,
        toolsMax,
        toolPagesMax,
        schemaBytesMax,
        descriptionCharsMax,
        resultBytesMax,
        resultPartsMax,
        respawnDelayMillisMin,
        respawnDelayMillisMax);
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, not " + value);
    }
  }
}
