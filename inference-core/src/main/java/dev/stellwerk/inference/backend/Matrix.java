package dev.stellwerk.inference.backend;

import static java.util.Objects.requireNonNull;

/// A stack of weight matrices of one shape, in the layout of the backend that loaded them.
///
/// @param count how many matrices: heads, experts, or 1
/// @param rows of each: its output width
/// @param columns of each: its input width
/// @param matrixBytes the distance from one matrix to the next
public record Matrix(DType type, int count, int rows, int columns, Buffer data, long matrixBytes) {
  public Matrix {
    requireNonNull(type, "type");
    requireNonNull(data, "data");
    if (count < 1 || rows < 1 || columns < 1) {
      throw new IllegalArgumentException("shape " + count + " x " + rows + " x " + columns);
    }
    if (data.bytes() < count * matrixBytes) {
      throw new IllegalArgumentException(data.bytes() + " bytes hold no " + count + " matrices");
    }
  }

  /// Where one of the matrices starts.
  public long address(int index) {
    return data.address() + index * matrixBytes;
  }
}
