package dev.stellwerk.inference.backend.scalar;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.backend.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One thread, plain loops, weights where the model file lies.
public final class ScalarBackend implements Backend {
  private final Arena arena = Arena.ofShared();
  private final Scratch scratch = new Scratch();
  private final ScalarKernels kernels = new ScalarKernels(scratch);
  private final NumericMode mode;

  public ScalarBackend() {
    this(NumericMode.EXACT);
  }

  public ScalarBackend(NumericMode mode) {
    this.mode = mode;
  }

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public String description() {
    return "scalar: plain loops on one thread, the reference for all other backends";
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
    return new Matrix(type, count, rows, columns, new Buffer(data), rows * type.bytes(columns));
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public int warmUpTokens() {
    return 0;
  }

  @Override
  public void close() {
    kernels.close();
    scratch.close();
    arena.close();
  }
}
