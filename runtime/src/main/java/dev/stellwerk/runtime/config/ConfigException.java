package dev.stellwerk.runtime.config;

/// Something configured is not what it should be; the message says what to change.
public final class ConfigException extends RuntimeException {
  public ConfigException(String message) {
    super(message);
  }
}
