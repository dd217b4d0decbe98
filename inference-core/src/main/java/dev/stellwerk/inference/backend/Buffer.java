package dev.stellwerk.inference.backend;

import java.lang.foreign.MemorySegment;

/// Off-heap memory that belongs to a backend and lives as long as it.
public final class Buffer {
  private final MemorySegment segment;
  private final long address;

  public Buffer(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException("not an off-heap segment");
    }
    this.segment = segment;
    this.address = segment.address();
  }

  public MemorySegment segment() {
    return segment;
  }

  public long address() {
    return address;
  }

  public long bytes() {
    return segment.byteSize();
  }
}
