package dev.stellwerk.inference.tokenizer;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/// A short run of [TokenizerFuzz]; `-Dstellwerk.fuzz.inputs=N` makes it a long one.
class TokenizerFuzzTest {
  private static final long ALLOCATED_BYTES_MAX = 256L << 20;

  @Test
  void everyInputIsRefusedOrUsable() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int inputs = Integer.getInteger("stellwerk.fuzz.inputs", 3_000);
    Random random = new Random(77);
    for (int i = 0; i < inputs; i++) {
      byte[] input = new byte[1 + 3 * (1 + random.nextInt(4))];
      random.nextBytes(input);
      if (random.nextInt(4) > 0) {
        input[0] = (byte) (5 + random.nextInt(5)); // changes get further than noise
      }
      if (random.nextBoolean() && input.length > 3) {
        input[3] = (byte) "0129-\"{}[]:, \n=".charAt(random.nextInt(15));
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      TokenizerFuzz.one(input);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      Assertions.assertTrue(allocated < ALLOCATED_BYTES_MAX, allocated + " bytes");
    }
  }
}
