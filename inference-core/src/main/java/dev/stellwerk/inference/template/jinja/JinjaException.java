package dev.stellwerk.inference.template.jinja;

/// A template is wrong, failed, or broke a limit; the message names the line.
public final class JinjaException extends RuntimeException {
  private final String message;

  JinjaException(String message) {
    this.message = message;
  }

  static JinjaException at(int line, String message) {
    return new JinjaException("line " + line + ": " + message);
  }

  /// Never null.
  @Override
  public String getMessage() {
    return message;
  }
}
