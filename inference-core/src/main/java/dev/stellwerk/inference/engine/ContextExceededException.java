package dev.stellwerk.inference.engine;

/// A prompt does not fit the context; the message names both lengths.
public final class ContextExceededException extends RuntimeException {
  public ContextExceededException(int wanted, int contextLength) {
    super(
        "the conversation needs "
            + wanted
            + " tokens, the model's context holds "
            + contextLength
            + "; shorten the request or offer fewer tools");
  }
}
