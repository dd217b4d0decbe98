package dev.stellwerk.inference.engine;

/// How many generations an engine works on, and how long a session that does nothing keeps memory.
///
/// @param runningMax the most generations of one forward pass
/// @param waitingMax the most generations that wait for one of those places or for memory; the next
///   one is refused
/// @param pinMillisMax how long a session keeps its part of the KV cache after a generation, while
///   a tool runs; afterwards whoever needs the memory may have it
/// @param retryAfterMillis what a refused caller is told to wait
public record QueueLimits(
    int runningMax, int waitingMax, long pinMillisMax, long retryAfterMillis) {
  public static final QueueLimits DEFAULT = new QueueLimits(16, 64, 20_000, 1_000);

  public QueueLimits {
    check(runningMax >= 1, "runningMax", runningMax);
    check(waitingMax >= 0, "waitingMax", waitingMax);
    check(pinMillisMax >= 0, "pinMillisMax", pinMillisMax);
    check(retryAfterMillis >= 0, "retryAfterMillis", retryAfterMillis);
  }

  private static void check(boolean fits, String name, long value) {
    if (!fits) {
      throw new IllegalArgumentException(name + " " + value + " is too small");
    }
  }
}
