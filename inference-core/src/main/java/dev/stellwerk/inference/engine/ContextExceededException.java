package dev.stellwerk.inference.engine;

/// A prompt does not fit the context, or not the memory for it; the message names both lengths.
public final class ContextExceededException extends RuntimeException {
  ContextExceededException(String message) {
    super(message);
  }

  public ContextExceededException(int wanted, int contextLength) {
    this(
        "the conversation needs "
            + wanted
            + " tokens, the model's context holds "
            + contextLength
            + "; shorten the request or offer fewer tools");
  }

  /// The model could, but the memory cannot.
  ///
  /// @param positionsMax what fits when one session has all memory
  static ContextExceededException ofMemory(int wanted, long positionsMax, long kvBytesMax) {
    return new ContextExceededException(
        "the conversation needs "
            + wanted
            + " tokens, the KV cache of "
            + kvBytesMax
            + " bytes holds "
            + positionsMax
            + "; shorten the request or configure more memory for the KV cache");
  }
}
