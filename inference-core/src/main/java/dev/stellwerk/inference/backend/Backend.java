package dev.stellwerk.inference.backend;

import java.lang.foreign.MemorySegment;

/// Where arithmetic runs: memory, the layout of weights, and kernels over both.
public interface Backend extends AutoCloseable {
  String name();

  /// One line about what was chosen and why it fits this machine.
  String description();

  /// The arithmetic of its kernels.
  NumericMode numericMode();

  boolean supports(DType type);

  /// New memory, filled with zeros, that lives until the backend is closed.
  Buffer allocate(long bytes);

  /// A vector of F32 weights, as it lies in the model file, which must outlive the backend.
  Buffer load(MemorySegment values);

  /// Weights from the model file's layout, row by row. The file must outlive the backend.
  ///
  /// @param data `count * rows` rows of `columns` elements
  Matrix load(DType type, int count, int rows, int columns, MemorySegment data);

  /// Called by one thread at a time.
  Kernels kernels();

  /// The router's arithmetic, which may run elsewhere than the rest. Called by one thread at a
  /// time.
  default RouterKernel router() {
    return kernels();
  }

  /// How many made-up tokens an engine should compute before the first request, so that kernels are
  /// compiled while the rest of the process starts; 0 where that gains nothing.
  int warmUpTokens();

  @Override
  void close();
}
