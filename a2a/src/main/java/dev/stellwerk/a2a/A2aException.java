package dev.stellwerk.a2a;

/// A request that the protocol answers with an error.
public final class A2aException extends RuntimeException {
  private final A2aError error;
  private final String message;

  public A2aException(A2aError error, String message) {
    super(message);
    this.error = error;
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }

  public A2aError error() {
    return error;
  }
}
