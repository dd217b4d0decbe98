package dev.stellwerk.inference.engine;

/// The engine has no room for another session; the caller may try again later.
public final class OverloadedException extends RuntimeException {
  public OverloadedException(String message) {
    super(message);
  }
}
