package dev.stellwerk.inference.inspect;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.TensorInfo;
import dev.stellwerk.inference.format.UnsupportedTensor;
import dev.stellwerk.inference.inspect.ModelReport.Parameters;
import dev.stellwerk.inference.inspect.ModelReport.TypeShare;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Counts tensors, by element type and by whether a token takes part with them.
final class WeightSummary {
  private static final String EMBEDDING = "token_embd.weight";
  private static final String OUTPUT = "output.weight";

  private final Map<String, TypeShare> types = new HashMap<>();
  private final boolean ownOutput;
  private final long experts;
  private final long used;
  private long parameters;
  private long active;
  private long bytes;
  private double activeBytes;

  private WeightSummary(boolean ownOutput, long experts, long used) {
    this.ownOutput = ownOutput;
    this.experts = experts;
    this.used = used;
  }

  /// @param experts 0 for a dense model
  /// @param used that a token visits
  static WeightSummary of(Gguf gguf, long experts, long used) {
    boolean ownOutput =
        gguf.tensor(OUTPUT).isPresent()
            || gguf.unsupported().stream().anyMatch(tensor -> tensor.name().equals(OUTPUT));
    WeightSummary summary = new WeightSummary(ownOutput, experts, used);
    for (TensorInfo tensor : gguf.tensors().values()) {
      summary.add(tensor.name(), tensor.type().name(), tensor.elements(), tensor.bytes(), true);
    }
    for (UnsupportedTensor tensor : gguf.unsupported()) {
      summary.add(tensor.name(), tensor.typeName(), tensor.elements(), tensor.bytes(), false);
    }
    return summary;
  }

  private void add(String name, String type, long elements, long size, boolean supported) {
    types.merge(
        type,
        new TypeShare(type, 1, elements, size, supported),
        (a, b) ->
            new TypeShare(
                type,
                a.tensors() + 1,
                a.parameters() + b.parameters(),
                a.bytes() + b.bytes(),
                supported));
    parameters += elements;
    bytes += size;
    boolean routed = name.contains("_exps.") && experts > 0 && used <= experts;
    double share = routed ? (double) used / experts : 1;
    active += Math.round(elements * share);
    if (!(name.equals(EMBEDDING) && ownOutput)) {
      activeBytes += size * share;
    }
  }

  Parameters parameters() {
    return new Parameters(parameters, active);
  }

  long bytes() {
    return bytes;
  }

  long activeBytes() {
    return Math.round(activeBytes);
  }

  List<TypeShare> types() {
    List<TypeShare> sorted = new ArrayList<>(types.values());
    sorted.sort(
        Comparator.comparingLong(TypeShare::bytes).reversed().thenComparing(TypeShare::type));
    return sorted;
  }
}
