package dev.stellwerk.inference.format;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.backend.DType;
import java.util.List;

/// Where a tensor lies in its file.
///
/// @param dims in ggml's order: `dims[0]` is the row length, contiguous in memory; 1 to 4 of them
/// @param part which file of a split model holds it; 0 for the first or only one
/// @param offset of the first byte, from the start of that file
/// @param bytes its length
public record TensorInfo(
    String name, DType type, List<Long> dims, int part, long offset, long bytes) {
  public TensorInfo {
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    dims = List.copyOf(dims);
  }

  /// The size of one dimension; 1 for those that the tensor does not have.
  public long dim(int index) {
    return index < dims.size() ? dims.get(index) : 1L;
  }

  /// How many elements it holds.
  public long elements() {
    return elements(dims);
  }

  static long elements(List<Long> dims) {
    long elements = 1;
    for (long dim : dims) {
      elements *= dim;
    }
    return elements;
  }
}
