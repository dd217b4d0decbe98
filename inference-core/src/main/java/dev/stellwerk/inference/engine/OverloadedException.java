package dev.stellwerk.inference.engine;

/// The engine has no room for another session or generation; the caller may try again later.
public final class OverloadedException extends RuntimeException {
  private final long retryAfterMillis;

  public OverloadedException(String message, long retryAfterMillis) {
    super(message);
    this.retryAfterMillis = retryAfterMillis;
  }

  /// When it is worth another try.
  public long retryAfterMillis() {
    return retryAfterMillis;
  }
}
