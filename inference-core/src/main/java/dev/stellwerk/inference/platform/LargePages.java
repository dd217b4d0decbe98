package dev.stellwerk.inference.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Big pieces of memory on pages of 2 MiB where Linux has them to give ("transparent huge pages" in
/// the modes `madvise` and `always`). Reading hundreds of megabytes a token, a core looks up a page
/// for every 4 KiB otherwise, and its prefetching ends at each.
public final class LargePages {
  private static final long PAGE = 2L << 20;

  // From <sys/mman.h>, the same on all of Linux' common processors.
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE_ANONYMOUS = 2 | 0x20;
  private static final int MADV_HUGEPAGE = 14;

  /// The C library's functions.
  private record Calls(MethodHandle map, MethodHandle unmap, MethodHandle advise) {}

  private static final Optional<Calls> CALLS = link();

  private LargePages() {}

  /// Memory filled with zeros, aligned to a cache line at least, that lives as long as the arena.
  public static MemorySegment allocate(Arena arena, long bytes) {
    if (bytes < PAGE || CALLS.isEmpty()) {
      return arena.allocate(bytes, 64);
    }
    Calls calls = CALLS.get();
    long mappedBytes = bytes + PAGE;
    long mapped = map(calls, mappedBytes);
    if (mapped == -1L) {
      return arena.allocate(bytes, 64); // which says what is wrong
    }
    long aligned = (mapped + PAGE - 1) / PAGE * PAGE;
    advise(calls, aligned, bytes);
    return bounded(aligned, bytes, arena, calls, mapped, mappedBytes);
  }

  @SuppressWarnings("restricted") // the mapping is ours, and these are its bounds
  private static MemorySegment bounded(
      long address, long bytes, Arena arena, Calls calls, long mapped, long mappedBytes) {
    return MemorySegment.ofAddress(address)
        .reinterpret(bytes, arena, segment -> unmap(calls, mapped, mappedBytes));
  }

  private static long map(Calls calls, long bytes) {
    try {
      return (long)
          calls.map.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
    } catch (Throwable e) { // what a method handle declares; the C function throws nothing
      throw new IllegalStateException("mmap", e);
    }
  }

  /// The advice may be refused, which only costs speed.
  private static void advise(Calls calls, long address, long bytes) {
    try {
      int _ = (int) calls.advise.invokeExact(address, bytes, MADV_HUGEPAGE);
    } catch (Throwable e) { // what a method handle declares; the C function throws nothing
      throw new IllegalStateException("madvise", e);
    }
  }

  private static void unmap(Calls calls, long address, long bytes) {
    try {
      int _ = (int) calls.unmap.invokeExact(address, bytes);
    } catch (Throwable e) { // what a method handle declares; the C function throws nothing
      throw new IllegalStateException("munmap", e);
    }
  }

  @SuppressWarnings("restricted") // the C library's functions, as POSIX and Linux declare them
  private static Optional<Calls> link() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.empty();
    }
    Linker linker = Linker.nativeLinker();
    SymbolLookup symbols = linker.defaultLookup();
    var integer = ValueLayout.JAVA_INT;
    var word = ValueLayout.JAVA_LONG;
    return Optional.of(
        new Calls(
            linker.downcallHandle(
                symbols.findOrThrow("mmap"),
                FunctionDescriptor.of(word, word, word, integer, integer, integer, word)),
            linker.downcallHandle(
                symbols.findOrThrow("munmap"), FunctionDescriptor.of(integer, word, word)),
            linker.downcallHandle(
                symbols.findOrThrow("madvise"),
                FunctionDescriptor.of(integer, word, word, integer))));
  }
}
