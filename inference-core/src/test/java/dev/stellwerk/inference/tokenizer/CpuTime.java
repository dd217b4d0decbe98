package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;

/// Processor time of the calling thread: bounds that hold on a machine that is busy with other
/// things.
final class CpuTime {
  private final long start = now();

  private static long now() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  long millis() {
    return (now() - start) / 1_000_000;
  }

  /// Fails when more time has passed than an algorithm of linear time could take.
  void assertAtMost(long millisMax, String what) {
    long millis = millis();
    assertTrue(millis <= millisMax, what + ": " + millis + " ms");
  }
}
