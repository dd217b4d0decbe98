package dev.stellwerk.runtime.hub;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An attempt failed in a way that another one may not.
final class TransientException extends Exception {
  private final boolean progressed;
  private final transient Optional<Duration> after;

  /// @param progressed whether the attempt brought something nevertheless
  /// @param after how long the server wants to be left alone
  TransientException(
      String message, boolean progressed, Optional<Duration> after, @Nullable Throwable cause) {
    super(message, cause);
    this.progressed = progressed;
    this.after = after;
  }

  boolean progressed() {
    return progressed;
  }

  Optional<Duration> after() {
    return after;
  }
}
