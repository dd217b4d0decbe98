package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.backend.Shapes;
import dev.stellwerk.inference.backend.WorkerPool;
import dev.stellwerk.inference.platform.LargePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/// The Java Vector API on a pool of threads, over weights rearranged at load ([LaneLayout]).
public final class VectorBackend implements Backend {
  /// Enough for every kernel to be called often enough, in both of its forms.
  private static final int WARM_UP_TOKENS = 16;

  private final Arena arena = Arena.ofShared();
  private final WorkerPool pool;
  private final VectorKernels kernels;
  private final NumericMode mode;

  /// @param threads how many threads compute, the caller's included
  public VectorBackend(int threads, NumericMode mode) {
    this.mode = mode;
    if (!supported()) {
      throw new IllegalStateException("this processor has no vectors of 256 bits or more");
    }
    this.pool = new WorkerPool(threads);
    this.kernels = new VectorKernels(pool, mode);
  }

  /// Whether this machine's vectors are wide enough.
  public static boolean supported() {
    return Lanes.supported();
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public String description() {
    return "vector: Java Vector API, "
        + Lanes.COUNT
        + " floats a vector, "
        + pool.threads()
        + (pool.threads() == 1 ? " thread" : " threads")
        + ", "
        + mode.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public NumericMode numericMode() {
    return mode;
  }

  @Override
  public boolean supports(DType type) {
    return true;
  }

  @Override
  public Buffer allocate(long bytes) {
    return new Buffer(arena.allocate(bytes, 64));
  }

  @Override
  public Buffer load(MemorySegment values) {
    return new Buffer(values);
  }

  @Override
  public Matrix load(DType type, int count, int rows, int columns, MemorySegment data) {
    Shapes.check(data.byteSize() >= (long) count * rows * type.bytes(columns), "weights");
    int groups = LaneLayout.groups(rows);
    long groupBytes = LaneLayout.groupBytes(type, columns);
    long matrixBytes = LaneLayout.matrixBytes(type, rows, columns);
    Buffer packed = new Buffer(LargePages.allocate(arena, count * matrixBytes));
    long from = data.address();
    long fromBytes = rows * type.bytes(columns);
    pool.run(
        (item, worker) ->
            LaneLayout.pack(
                type,
                rows,
                columns,
                item % groups,
                from + item / groups * fromBytes,
                packed.address() + item / groups * matrixBytes + item % groups * groupBytes),
        count * groups);
    return new Matrix(type, count, rows, columns, packed, matrixBytes);
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public int warmUpTokens() {
    return WARM_UP_TOKENS;
  }

  @Override
  public void close() {
    pool.close();
    kernels.close();
    arena.close();
  }
}
