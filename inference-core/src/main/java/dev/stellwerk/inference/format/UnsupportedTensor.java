package dev.stellwerk.inference.format;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// A tensor of an element type that nothing here computes with.
///
/// @param typeName ggml's name of the type; `unknown` when ggml's list does not have it
/// @param typeId ggml's id of the type
/// @param dims in ggml's order
/// @param bytes its length; 0 when the type is unknown
public record UnsupportedTensor(
    String name, String typeName, int typeId, List<Long> dims, long bytes) {
  public UnsupportedTensor {
    requireNonNull(name, "name");
    requireNonNull(typeName, "typeName");
    dims = List.copyOf(dims);
  }

  /// How many elements it holds.
  public long elements() {
    return TensorInfo.elements(dims);
  }

  /// Why it cannot be used, in words.
  public String problem() {
    return "element type "
        + typeName
        + " (ggml id "
        + Integer.toUnsignedString(typeId)
        + ") is not supported; supported: "
        + GgmlTypes.supported();
  }
}
