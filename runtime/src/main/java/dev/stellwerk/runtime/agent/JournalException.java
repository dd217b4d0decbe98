package dev.stellwerk.runtime.agent;

/// The journal could not be opened, written or read.
public final class JournalException extends RuntimeException {
  public JournalException(String message) {
    super(message);
  }

  public JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}
