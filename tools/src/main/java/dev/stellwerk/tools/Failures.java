package dev.stellwerk.tools;

import org.jspecify.annotations.Nullable;

/// Puts failures into short plain words for the model.
final class Failures {
  private static final int MESSAGE_CHARS_MAX = 500;

  private Failures() {}

  static String describe(@Nullable Throwable failure) {
    if (failure == null) {
      return "unknown";
    }
    String message = failure.getMessage();
    String kind = failure.getClass().getSimpleName();
    return shorten(message == null || message.isBlank() ? kind : kind + ": " + message);
  }

  static String shorten(String message) {
    return Descriptions.shorten(message, MESSAGE_CHARS_MAX);
  }
}
