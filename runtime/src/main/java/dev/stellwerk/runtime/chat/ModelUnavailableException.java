package dev.stellwerk.runtime.chat;

/// There is no such model, or it cannot hold a conversation; the message says what to do.
public final class ModelUnavailableException extends RuntimeException {
  public ModelUnavailableException(String message) {
    super(message);
  }
}
