package dev.stellwerk.tools.agent;

/// The caller has no run of that id; whether another caller has is not told.
public final class UnknownRunException extends RuntimeException {
  public UnknownRunException(RunId run) {
    super("there is no run " + run);
  }
}
