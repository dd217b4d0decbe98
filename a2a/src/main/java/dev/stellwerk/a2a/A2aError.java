package dev.stellwerk.a2a;

/// The errors of the protocol with their JSON-RPC codes (specification, sections 5.4 and 9.5).
public enum A2aError {
  PARSE_ERROR(-32700, false),
  INVALID_REQUEST(-32600, false),
  METHOD_NOT_FOUND(-32601, false),
  INVALID_PARAMS(-32602, false),
  INTERNAL_ERROR(-32603, false),
  TASK_NOT_FOUND(-32001, true),
  TASK_NOT_CANCELABLE(-32002, true),
  PUSH_NOTIFICATION_NOT_SUPPORTED(-32003, true),
  UNSUPPORTED_OPERATION(-32004, true),
  CONTENT_TYPE_NOT_SUPPORTED(-32005, true),
  VERSION_NOT_SUPPORTED(-32009, true);

  private final int code;
  private final boolean protocolSpecific;

  A2aError(int code, boolean protocolSpecific) {
    this.code = code;
    this.protocolSpecific = protocolSpecific;
  }

  public int code() {
    return code;
  }

  /// Whether the error carries a `google.rpc.ErrorInfo` with its name as the reason.
  public boolean protocolSpecific() {
    return protocolSpecific;
  }
}
