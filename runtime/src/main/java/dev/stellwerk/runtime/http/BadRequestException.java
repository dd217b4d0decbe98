package dev.stellwerk.runtime.http;

/// The request is not what it should be; the message says what to change.
final class BadRequestException extends RuntimeException {
  BadRequestException(String message) {
    super(message);
  }
}
