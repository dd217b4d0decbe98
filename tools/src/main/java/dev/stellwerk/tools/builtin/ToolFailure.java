package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.Tool;

/// A tool could not do its work; the message is for the model.
final class ToolFailure extends Exception {
  private final Tool.Reason reason;

  ToolFailure(String message) {
    this(Tool.Reason.TOOL_ERROR, message);
  }

  ToolFailure(Tool.Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  Tool.Reason reason() {
    return reason;
  }

  String text() {
    String message = getMessage();
    return message == null ? "the tool failed" : message;
  }
}
