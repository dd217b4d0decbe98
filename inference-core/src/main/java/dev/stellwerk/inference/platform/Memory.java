package dev.stellwerk.inference.platform;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Loads and stores at absolute addresses of off-heap memory.
///
/// [#ALL] spans the whole address space. A segment that is a constant with trivial bounds costs no
/// liveness and hardly any bounds check, which is what inner loops need. The price is that a wrong
/// address crashes the process: kernels check the shapes of their arguments once, at their entry.
public final class Memory {
  /// The whole address space. Making it is a restricted method, hence `--enable-native-access`.
  @SuppressWarnings("restricted")
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  static {
    // Compiled code relies on there being no heap segments until one appears, and is thrown away
    // then.
    // The Vector API makes one sooner or later, so it had better be before anything is compiled.
    MemorySegment.ofArray(new byte[1]).fill((byte) 1);
  }

  private Memory() {}

  public static byte getByte(long address) {
    return ALL.get(BYTE, address);
  }

  public static void putByte(long address, byte value) {
    ALL.set(BYTE, address, value);
  }

  public static short getShort(long address) {
    return ALL.get(SHORT, address);
  }

  public static void putShort(long address, short value) {
    ALL.set(SHORT, address, value);
  }

  public static int getInt(long address) {
    return ALL.get(INT, address);
  }

  public static void putInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  public static float getFloat(long address) {
    return ALL.get(FLOAT, address);
  }

  public static void putFloat(long address, float value) {
    ALL.set(FLOAT, address, value);
  }

  public static double getDouble(long address) {
    return ALL.get(DOUBLE, address);
  }

  public static void putDouble(long address, double value) {
    ALL.set(DOUBLE, address, value);
  }

  /// An IEEE half-precision value.
  public static float getHalf(long address) {
    return Float.float16ToFloat(ALL.get(SHORT, address));
  }

  /// Fills memory with zeros.
  public static void clear(long address, long bytes) {
    ALL.asSlice(address, bytes).fill((byte) 0);
  }

  public static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }
}
