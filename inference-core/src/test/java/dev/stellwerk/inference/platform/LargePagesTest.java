package dev.stellwerk.inference.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/// Memory is zeros, writable to its last byte, bounded, and gone with its arena.
class LargePagesTest {
  @Test
  void givesMemoryOfTheArena() {
    for (long bytes : new long[] {1, 64, 100_000, (2L << 20) - 1, 2L << 20, (7L << 20) + 13}) {
      MemorySegment segment;
      try (Arena arena = Arena.ofShared()) {
        segment = LargePages.allocate(arena, bytes);
        assertEquals(bytes, segment.byteSize());
        assertEquals(0, segment.address() % 64);
        assertEquals(-1, segment.mismatch(MemorySegment.ofArray(new byte[(int) bytes])));
        for (long at : new long[] {0, bytes / 2, bytes - 1}) {
          segment.set(ValueLayout.JAVA_BYTE, at, (byte) 7);
        }
        assertThrows(
            IndexOutOfBoundsException.class, () -> segment.get(ValueLayout.JAVA_BYTE, bytes));
      }
      assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
    }
  }
}
