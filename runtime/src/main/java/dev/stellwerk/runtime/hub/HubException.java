package dev.stellwerk.runtime.hub;

import org.jspecify.annotations.Nullable;

/// A model cannot be pulled; the message says why and what can be done, in one line.
public final class HubException extends RuntimeException {
  public HubException(String message) {
    this(message, null);
  }

  public HubException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
