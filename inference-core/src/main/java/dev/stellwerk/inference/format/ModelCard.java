package dev.stellwerk.inference.format;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/// What a person wants to know about a model file before loading it.
///
/// @param parameters the elements of all tensors
/// @param bytes the size of the file
/// @param quantisation how many parameters each element type holds
/// @param experts 0 for a dense model
/// @param expertsUsed experts that a token visits, shared ones not counted
/// @param licence as the file states it; empty when it does not
public record ModelCard(
    String architecture,
    String name,
    long parameters,
    long bytes,
    Map<String, Long> quantisation,
    long contextLength,
    long layers,
    long experts,
    long expertsUsed,
    long vocabulary,
    String licence) {
  public ModelCard {
    requireNonNull(architecture, "architecture");
    requireNonNull(name, "name");
    quantisation = Collections.unmodifiableMap(new TreeMap<>(quantisation));
    requireNonNull(licence, "licence");
  }

  /// Reads the summary; only the architecture is required, other absent values are 0 or empty.
  public static ModelCard of(Gguf gguf) {
    String architecture = gguf.requiredString("general.architecture");
    Map<String, Long> quantisation = new TreeMap<>();
    long parameters = 0;
    for (TensorInfo tensor : gguf.tensors().values()) {
      parameters += tensor.elements();
      quantisation.merge(tensor.type().name(), tensor.elements(), Long::sum);
    }
    return new ModelCard(
        architecture,
        gguf.string("general.name").orElse(""),
        parameters,
        gguf.bytes(),
        quantisation,
        orZero(gguf.integer(architecture + ".context_length")),
        orZero(gguf.integer(architecture + ".block_count")),
        orZero(gguf.integer(architecture + ".expert_count")),
        orZero(gguf.integer(architecture + ".expert_used_count")),
        gguf.strings("tokenizer.ggml.tokens").map(tokens -> (long) tokens.size()).orElse(0L),
        gguf.string("general.license").orElse(""));
  }

  private static long orZero(OptionalLong value) {
    return value.orElse(0L);
  }
}
