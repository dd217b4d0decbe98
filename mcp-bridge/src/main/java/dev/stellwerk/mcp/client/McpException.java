package dev.stellwerk.mcp.client;

/// A request that a server did not answer as it should, and what is known about why.
final class McpException extends Exception {
  private static final long serialVersionUID = 1L;

  /// What went wrong, as far as it decides what may be done next.
  enum Kind {
    /// Nothing was sent: the server is down, or is not asked again yet.
    NOT_SENT,
    /// The connection ended before the answer came: the server may or may not have acted.
    LOST,
    /// The server forgot our session and did not act; a new session can ask again.
    SESSION_EXPIRED,
    /// No answer in time.
    TIMEOUT,
    /// The server answered with a JSON-RPC error.
    REFUSED,
    /// The answer was too large, or not what the protocol says.
    UNUSABLE
  }

  private final Kind kind;
  private final int code;

  McpException(Kind kind, String message) {
    this(kind, message, 0);
  }

  /// @param code the JSON-RPC error code, for [Kind#REFUSED]
  McpException(Kind kind, String message, int code) {
    super(message);
    this.kind = kind;
    this.code = code;
  }

  Kind kind() {
    return kind;
  }

  int code() {
    return code;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
