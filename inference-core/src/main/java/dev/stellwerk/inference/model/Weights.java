package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.backend.Experts;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.format.TensorInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Loads tensors by name into a backend, checking their shapes on the way.
final class Weights {
  private final Gguf gguf;
  private final Backend backend;

  Weights(Gguf gguf, Backend backend) {
    this.gguf = gguf;
    this.backend = backend;
  }

  boolean has(String name) {
    return gguf.tensor(name).isPresent();
  }

  /// A vector of F32.
  Buffer vector(String name, int width) {
    return floats(expect(name, List.of((long) width)));
  }

  /// The same, or null where the file has none.
  @Nullable Buffer optionalVector(String name, int width) {
    return has(name) ? vector(name, width) : null;
  }

  /// A vector of F32 for each of several matrices, dims [width, count].
  Buffer vectors(String name, int width, int count) {
    return floats(expect(name, List.of((long) width, (long) count)));
  }

  private Buffer floats(TensorInfo tensor) {
    if (tensor.type() != DType.F32) {
      throw new ModelFileException(gguf.path(), tensor.name(), tensor.type() + "; expected F32");
    }
    return backend.load(gguf.data(tensor));
  }

  /// One matrix, dims [columns, rows].
  Matrix matrix(String name, int columns, int rows) {
    return load(expect(name, List.of((long) columns, (long) rows)), 1, rows, columns);
  }

  /// The embedding, and the head: the embedding again where the file has no other.
  Decoder.Weights decoder(ModelSpec spec, List<Decoder.Layer> layers) {
    Matrix embedding = matrix("token_embd.weight", spec.hidden(), spec.vocabulary());
    Buffer norm = vector("output_norm.weight", spec.hidden());
    Matrix head =
        has("output.weight")
            ? matrix("output.weight", spec.hidden(), spec.vocabulary())
            : embedding;
    return new Decoder.Weights(embedding, layers, norm, head);
  }

  /// A gated block.
  ///
  /// @param suffix between the tensors' names and ".weight"
  FeedForward.Dense dense(String prefix, String suffix, int hidden, int inner) {
    return new FeedForward.Dense(
        matrix(prefix + "ffn_gate" + suffix + ".weight", hidden, inner),
        matrix(prefix + "ffn_up" + suffix + ".weight", hidden, inner),
        matrix(prefix + "ffn_down" + suffix + ".weight", inner, hidden));
  }

  /// Routed experts without biases.
  Experts experts(String prefix, int hidden, int inner, int count) {
    return Experts.plain(
        stack(prefix + "ffn_gate_exps.weight", hidden, inner, count),
        stack(prefix + "ffn_up_exps.weight", hidden, inner, count),
        stack(prefix + "ffn_down_exps.weight", inner, hidden, count));
  }

  /// A matrix NAME.weight, dims [columns, rows], and the bias NAME.bias where there is one.
  GroupedAttention.Linear linear(String name, int columns, int rows) {
    return new GroupedAttention.Linear(
        matrix(name + ".weight", columns, rows), optionalVector(name + ".bias", rows));
  }

  /// A stack of matrices, dims [columns, rows, count].
  Matrix stack(String name, int columns, int rows, int count) {
    List<Long> dims = List.of((long) columns, (long) rows, (long) count);
    return load(expect(name, dims), count, rows, columns);
  }

  private Matrix load(TensorInfo tensor, int count, int rows, int columns) {
    if (!backend.supports(tensor.type())) {
      throw new ModelFileException(
          gguf.path(),
          tensor.name(),
          tensor.type() + " is not supported by the backend " + backend.name());
    }
    return backend.load(tensor.type(), count, rows, columns, gguf.data(tensor));
  }

  /// Writers drop trailing dimensions of 1, so those are not compared.
  private TensorInfo expect(String name, List<Long> dims) {
    TensorInfo tensor = gguf.requiredTensor(name);
    boolean fits = trailingOnes(tensor, dims);
    for (int i = 0; i < dims.size(); i++) {
      fits &= tensor.dim(i) == dims.get(i);
    }
    if (!fits) {
      throw new ModelFileException(
          gguf.path(), name, "has shape " + tensor.dims() + "; expected " + dims);
    }
    return tensor;
  }

  private static boolean trailingOnes(TensorInfo tensor, List<Long> dims) {
    for (int i = dims.size(); i < tensor.dims().size(); i++) {
      if (tensor.dim(i) != 1) {
        return false;
      }
    }
    return true;
  }
}
