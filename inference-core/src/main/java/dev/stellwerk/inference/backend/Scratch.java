package dev.stellwerk.inference.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Working memory of one thread's kernels. It grows by doubling and never shrinks, so a steady
/// state allocates nothing.
public final class Scratch implements AutoCloseable {
  private static final long BYTES_MIN = 1L << 16;
  private static final long ALIGNMENT = 64;

  private Arena arena = Arena.ofShared();
  private MemorySegment segment = arena.allocate(BYTES_MIN, ALIGNMENT);

  /// The address of at least so many bytes; what an earlier call returned is void.
  public long address(long bytes) {
    if (bytes > segment.byteSize()) {
      arena.close();
      arena = Arena.ofShared();
      segment = arena.allocate(Math.max(bytes, 2 * segment.byteSize()), ALIGNMENT);
    }
    return segment.address();
  }

  @Override
  public void close() {
    arena.close();
  }
}
