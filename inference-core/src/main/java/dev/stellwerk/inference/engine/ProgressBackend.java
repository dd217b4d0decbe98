package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.backend.RouterKernel;
import java.lang.foreign.MemorySegment;

/// A backend that reports what is loaded into it.
record ProgressBackend(Backend inner, Tally tally) implements Backend {
  /// How far loading is.
  static final class Tally {
    private final LoadProgress progress;
    private final long bytesTotal;
    private long bytesDone;

    Tally(LoadProgress progress, long bytesTotal) {
      this.progress = progress;
      this.bytesTotal = bytesTotal;
    }

    private void add(long bytes) {
      bytesDone = Math.min(bytesTotal, bytesDone + bytes);
      progress.loaded(bytesDone, bytesTotal);
    }
  }

  @Override
  public Buffer load(MemorySegment values) {
    Buffer loaded = inner.load(values);
    tally.add(values.byteSize());
    return loaded;
  }

  @Override
  public Matrix load(DType type, int count, int rows, int columns, MemorySegment data) {
    Matrix loaded = inner.load(type, count, rows, columns, data);
    tally.add(data.byteSize());
    return loaded;
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public String description() {
    return inner.description();
  }

  @Override
  public NumericMode numericMode() {
    return inner.numericMode();
  }

  @Override
  public boolean supports(DType type) {
    return inner.supports(type);
  }

  @Override
  public Buffer allocate(long bytes) {
    return inner.allocate(bytes);
  }

  @Override
  public Kernels kernels() {
    return inner.kernels();
  }

  @Override
  public RouterKernel router() {
    return inner.router();
  }

  @Override
  public int warmUpTokens() {
    return inner.warmUpTokens();
  }

  @Override
  public void close() {
    inner.close();
  }
}
