package dev.stellwerk.inference.backend.cuda;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.backend.RouterKernel;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Selection;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The router on the GPU, everything else on a backend of the host.
public final class CudaBackend implements Backend {
  private static final Path CONTROL_DEVICE = Path.of("/dev/nvidiactl");

  private final Backend host;
  private final CudaRouter device;

  private CudaBackend(Backend host, CudaRouter device) {
    this.host = host;
    this.device = device;
  }

  /// Whether a GPU, its driver and the kernels are there. Costs next to nothing where there is no
  /// NVIDIA device.
  public static boolean present() {
    return Files.exists(CONTROL_DEVICE) && GpuCheck.obstacle().isEmpty();
  }

  /// Puts the router of a host backend on the GPU. The host backend belongs to the result, also
  /// when this fails.
  ///
  /// @throws CudaUnavailableException when there is no GPU, or the build has no kernels
  public static CudaBackend open(Backend host) {
    boolean opened = false;
    try {
      CudaBackend backend = new CudaBackend(host, CudaRouter.open());
      opened = true;
      return backend;
    } finally {
      if (!opened) {
        host.close();
      }
    }
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String description() {
    return "cuda: routing on " + device.description() + "; the rest on " + host.description();
  }

  @Override
  public NumericMode numericMode() {
    return host.numericMode();
  }

  @Override
  public boolean supports(DType type) {
    return host.supports(type);
  }

  @Override
  public Buffer allocate(long bytes) {
    return host.allocate(bytes);
  }

  @Override
  public Buffer load(MemorySegment values) {
    return host.load(values);
  }

  @Override
  public Matrix load(DType type, int count, int rows, int columns, MemorySegment data) {
    return host.load(type, count, rows, columns, data);
  }

  @Override
  public Kernels kernels() {
    return host.kernels();
  }

  @Override
  public RouterKernel router() {
    return this::route;
  }

  private void route(Routing routing, Rows logits, @Nullable Buffer bias, int n, Selection out) {
    RouterKernel router = CudaRouter.supports(routing) ? device : host.kernels();
    router.route(routing, logits, bias, n, out);
  }

  @Override
  public int warmUpTokens() {
    return host.warmUpTokens();
  }

  @Override
  public void close() {
    device.close();
    host.close();
  }
}
