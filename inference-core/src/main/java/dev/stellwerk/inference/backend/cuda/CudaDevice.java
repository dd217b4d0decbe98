package dev.stellwerk.inference.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One GPU: its primary context, one stream, its memory and the packaged kernels.
///
/// Every method makes the context current on the calling thread, so that any one thread at a time
/// may use it.
@SuppressWarnings("restricted") // native memory and calls are what this class is for
final class CudaDevice implements AutoCloseable {
  private static final int NAME_BYTES = 256;
  private static final int MULTIPROCESSORS = 16; // CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT
  private static final int COMPUTE_MAJOR = 75; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
  private static final int COMPUTE_MINOR = 76; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR
  private static final int NON_BLOCKING = 1; // CU_STREAM_NON_BLOCKING

  private final CudaDriver driver;
  private final int device;
  private final MemorySegment context;
  private final MemorySegment stream;
  private final MemorySegment module;

  private CudaDevice(
      CudaDriver driver,
      int device,
      MemorySegment context,
      MemorySegment stream,
      MemorySegment module) {
    this.driver = driver;
    this.device = device;
    this.context = context;
    this.stream = stream;
    this.module = module;
  }

  /// Opens the first device and loads a packaged kernel file onto it.
  ///
  /// @param kernels name of the fatbin resource beside this class
  /// @throws CudaUnavailableException when there is no driver, no device or no packaged kernels
  static CudaDevice open(String kernels) {
    byte[] image = image(kernels);
    CudaDriver driver = CudaDriver.load();
    if (driver.deviceCount() == 0) {
      throw new CudaUnavailableException("the NVIDIA driver found no GPU");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(JAVA_INT);
      driver.call("cuDeviceGet", number, 0);
      int device = number.get(JAVA_INT, 0);
      MemorySegment handle = arena.allocate(ADDRESS);
      driver.call("cuDevicePrimaryCtxRetain", handle, device);
      MemorySegment context = handle.get(ADDRESS, 0);
      driver.call("cuCtxSetCurrent", context);
      driver.call("cuStreamCreate", handle, NON_BLOCKING);
      MemorySegment stream = handle.get(ADDRESS, 0);
      MemorySegment data = arena.allocate(image.length, 64);
      MemorySegment.copy(image, 0, data, JAVA_BYTE, 0, image.length);
      driver.call("cuModuleLoadData", handle, data);
      return new CudaDevice(driver, device, context, stream, handle.get(ADDRESS, 0));
    }
  }

  private static byte[] image(String kernels) {
    try (InputStream in = CudaDevice.class.getResourceAsStream(kernels)) {
      if (in == null) {
        throw new CudaUnavailableException(
            "this build has no CUDA kernels (" + kernels + "): build where nvcc is found");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new CudaUnavailableException("the CUDA kernels cannot be read: " + e.getMessage());
    }
  }

  /// The device's name, compute capability, multiprocessors, memory and driver, in one line.
  String description() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(NAME_BYTES);
      driver.call("cuDeviceGetName", name, NAME_BYTES, device);
      MemorySegment bytes = arena.allocate(JAVA_LONG);
      driver.call("cuDeviceTotalMem_v2", bytes, device);
      return "%s, compute %d.%d, %d multiprocessors, %.1f GiB, driver for CUDA %d.%d"
          .formatted(
              name.getString(0),
              attribute(COMPUTE_MAJOR),
              attribute(COMPUTE_MINOR),
              attribute(MULTIPROCESSORS),
              bytes.get(JAVA_LONG, 0) / 0x1p30,
              driver.version() / 1000,
              driver.version() % 1000 / 10);
    }
  }

  private int attribute(int which) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      driver.call("cuDeviceGetAttribute", value, which, device);
      return value.get(JAVA_INT, 0);
    }
  }

  void use() {
    driver.call("cuCtxSetCurrent", context);
  }

  MemorySegment function(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      driver.call("cuModuleGetFunction", handle, module, arena.allocateFrom(name));
      return handle.get(ADDRESS, 0);
    }
  }

  /// Device memory; release it with [#free].
  long allocate(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(JAVA_LONG);
      driver.call("cuMemAlloc_v2", pointer, bytes);
      return pointer.get(JAVA_LONG, 0);
    }
  }

  void free(long pointer) {
    driver.call("cuMemFree_v2", pointer);
  }

  /// Host memory that copies do not have to stage; release it with [#freeHost].
  MemorySegment allocateHost(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ADDRESS);
      driver.call("cuMemHostAlloc", pointer, bytes, 0);
      return pointer.get(ADDRESS, 0).reinterpret(bytes);
    }
  }

  void freeHost(MemorySegment memory) {
    driver.call("cuMemFreeHost", memory);
  }

  void upload(MemorySegment from, long to, long bytes) {
    driver.call("cuMemcpyHtoDAsync_v2", to, from, bytes, stream);
  }

  void download(long from, MemorySegment to, long bytes) {
    driver.call("cuMemcpyDtoHAsync_v2", to, from, bytes, stream);
  }

  /// Launches a kernel on the stream.
  ///
  /// @param parameters an array of pointers to the kernel's parameters
  void launch(MemorySegment function, int blocks, int threads, MemorySegment parameters) {
    driver.call(
        "cuLaunchKernel",
        function,
        blocks,
        1,
        1,
        threads,
        1,
        1,
        0,
        stream,
        parameters,
        MemorySegment.NULL);
  }

  void synchronise() {
    driver.call("cuStreamSynchronize", stream);
  }

  /// The time that the device spends on some work put on the stream.
  float elapsedMillis(Runnable work) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      driver.call("cuEventCreate", handle, 0);
      MemorySegment start = handle.get(ADDRESS, 0);
      driver.call("cuEventCreate", handle, 0);
      MemorySegment end = handle.get(ADDRESS, 0);
      driver.call("cuEventRecord", start, stream);
      work.run();
      driver.call("cuEventRecord", end, stream);
      synchronise();
      MemorySegment millis = arena.allocate(JAVA_FLOAT);
      driver.call("cuEventElapsedTime", millis, start, end);
      driver.call("cuEventDestroy_v2", start);
      driver.call("cuEventDestroy_v2", end);
      return millis.get(JAVA_FLOAT, 0);
    }
  }

  @Override
  public void close() {
    use();
    driver.call("cuModuleUnload", module);
    driver.call("cuStreamDestroy_v2", stream);
    driver.call("cuDevicePrimaryCtxRelease_v2", device);
  }
}
