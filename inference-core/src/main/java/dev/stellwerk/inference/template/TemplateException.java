package dev.stellwerk.inference.template;

/// A chat template could not be read or rendered; the message says where.
public final class TemplateException extends RuntimeException {
  public TemplateException(String message) {
    super(message);
  }
}
