package dev.stellwerk.inference.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The CUDA driver API (libcuda), bound by the Foreign Function and Memory API; no JNI, no toolkit
/// at run time.
///
/// Calls are made by name through [#call], which checks every status. Names with a version suffix
/// are the ones that the driver exports for the current API (see the CUDA Driver API reference,
/// section 6).
@SuppressWarnings("restricted") // native memory and calls are what this class is for
final class CudaDriver {
  static final int SUCCESS = 0;

  private static final String LIBRARY = "libcuda.so.1";
  private static final Map<String, MemoryLayout[]> CALLS =
      Map.ofEntries(
          Map.entry("cuInit", layouts(JAVA_INT)),
          Map.entry("cuDriverGetVersion", layouts(ADDRESS)),
          Map.entry("cuDeviceGetCount", layouts(ADDRESS)),
          Map.entry("cuDeviceGet", layouts(ADDRESS, JAVA_INT)),
          Map.entry("cuDeviceGetName", layouts(ADDRESS, JAVA_INT, JAVA_INT)),
          Map.entry("cuDeviceTotalMem_v2", layouts(ADDRESS, JAVA_INT)),
          Map.entry("cuDeviceGetAttribute", layouts(ADDRESS, JAVA_INT, JAVA_INT)),
          Map.entry("cuDevicePrimaryCtxRetain", layouts(ADDRESS, JAVA_INT)),
          Map.entry("cuDevicePrimaryCtxRelease_v2", layouts(JAVA_INT)),
          Map.entry("cuCtxSetCurrent", layouts(ADDRESS)),
          Map.entry("cuModuleLoadData", layouts(ADDRESS, ADDRESS)),
          Map.entry("cuModuleUnload", layouts(ADDRESS)),
          Map.entry("cuModuleGetFunction", layouts(ADDRESS, ADDRESS, ADDRESS)),
          Map.entry("cuStreamCreate", layouts(ADDRESS, JAVA_INT)),
          Map.entry("cuStreamSynchronize", layouts(ADDRESS)),
          Map.entry("cuStreamDestroy_v2", layouts(ADDRESS)),
          Map.entry("cuMemAlloc_v2", layouts(ADDRESS, JAVA_LONG)),
          Map.entry("cuMemFree_v2", layouts(JAVA_LONG)),
          Map.entry("cuMemHostAlloc", layouts(ADDRESS, JAVA_LONG, JAVA_INT)),
          Map.entry("cuMemFreeHost", layouts(ADDRESS)),
          Map.entry("cuMemcpyHtoDAsync_v2", layouts(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS)),
          Map.entry("cuMemcpyDtoHAsync_v2", layouts(ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS)),
          Map.entry("cuEventCreate", layouts(ADDRESS, JAVA_INT)),
          Map.entry("cuEventRecord", layouts(ADDRESS, ADDRESS)),
          Map.entry("cuEventElapsedTime", layouts(ADDRESS, ADDRESS, ADDRESS)),
          Map.entry("cuEventDestroy_v2", layouts(ADDRESS)),
          Map.entry(
              "cuLaunchKernel",
              layouts(
                  ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                  ADDRESS, ADDRESS, ADDRESS)));

  private final Map<String, MethodHandle> handles;
  private final MethodHandle errorName;

  private CudaDriver(Map<String, MethodHandle> handles, MethodHandle errorName) {
    this.handles = Map.copyOf(handles);
    this.errorName = errorName;
  }

  /// Loads and initialises the driver.
  ///
  /// @throws CudaUnavailableException when there is no driver or no device; the message says which
  static CudaDriver load() {
    SymbolLookup library;
    try {
      library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new CudaUnavailableException("no NVIDIA driver (" + LIBRARY + " cannot be loaded)");
    }
    Linker linker = Linker.nativeLinker();
    Map<String, MethodHandle> handles = new HashMap<>();
    CALLS.forEach(
        (name, layouts) ->
            handles.put(
                name,
                linker.downcallHandle(
                    find(library, name), FunctionDescriptor.of(JAVA_INT, layouts))));
    MethodHandle errorName =
        linker.downcallHandle(
            find(library, "cuGetErrorName"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    CudaDriver driver = new CudaDriver(handles, errorName);
    int status = driver.invoke("cuInit", 0);
    if (status != SUCCESS) {
      throw new CudaUnavailableException(
          "the NVIDIA driver found no usable GPU: " + driver.name(status));
    }
    return driver;
  }

  private static MemorySegment find(SymbolLookup library, String name) {
    return library
        .find(name)
        .orElseThrow(
            () -> new CudaUnavailableException("the NVIDIA driver is too old: it lacks " + name));
  }

  /// Makes a call and checks its status.
  ///
  /// @throws CudaException when the status is not success
  void call(String name, Object... arguments) {
    int status = invoke(name, arguments);
    if (status != SUCCESS) {
      throw new CudaException(name + Arrays.toString(arguments), status, name(status));
    }
  }

  private int invoke(String name, Object... arguments) {
    MethodHandle handle = handles.get(name);
    if (handle == null) {
      throw new IllegalArgumentException("unbound call " + name);
    }
    try {
      return (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) { // MethodHandle declares it; a downcall throws only for wrong arguments.
      throw new IllegalStateException("calling " + name, e);
    }
  }

  private String name(int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(ADDRESS);
      int found = (int) errorName.invokeExact(status, text);
      if (found != SUCCESS) {
        return "unknown error";
      }
      return text.get(ADDRESS, 0).reinterpret(256).getString(0);
    } catch (Throwable e) { // See invoke.
      throw new IllegalStateException("calling cuGetErrorName", e);
    }
  }

  /// The driver's CUDA version, for instance 13000.
  int version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment version = arena.allocate(JAVA_INT);
      call("cuDriverGetVersion", version);
      return version.get(JAVA_INT, 0);
    }
  }

  int deviceCount() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      call("cuDeviceGetCount", count);
      return count.get(JAVA_INT, 0);
    }
  }

  private static MemoryLayout[] layouts(MemoryLayout... layouts) {
    return layouts;
  }
}
