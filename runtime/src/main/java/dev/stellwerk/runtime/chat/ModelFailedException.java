package dev.stellwerk.runtime.chat;

/// The model broke down in the middle of a turn; the cause was logged where it happened.
public final class ModelFailedException extends RuntimeException {
  public ModelFailedException(String message) {
    super(message);
  }
}
