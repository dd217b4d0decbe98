package dev.stellwerk.runtime.cli;

/// Ends a command with a line for the person and a code for the script.
final class CliException extends RuntimeException {
  private final int exitCode;

  CliException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
