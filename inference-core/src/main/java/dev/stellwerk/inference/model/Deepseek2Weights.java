package dev.stellwerk.inference.model;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.format.Gguf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tensors of a `deepseek2` model. Shapes trail the fields as [count, rows, columns].
///
/// @param embedding [vocabulary, hidden]
/// @param head [vocabulary, hidden]; the embedding itself where the file ties them
record Deepseek2Weights(Matrix embedding, List<Layer> layers, Buffer norm, Matrix head) {
  Deepseek2Weights {
    layers = List.copyOf(layers);
  }

  /// One transformer layer.
  record Layer(Attention attention, Buffer feedForwardNorm, FeedForward feedForward) {}

  /// Multi-head latent attention, with the key and value expansions to be absorbed.
  ///
  /// @param query [heads * (nope + rope), hidden or the query bottleneck's width]
  /// @param latent [kvLora + rope, hidden]
  /// @param keyUp [heads, kvLora, nope]
  /// @param valueUp [heads, value, kvLora]
  /// @param output [hidden, heads * value]
  record Attention(
      Buffer norm,
      @Nullable QueryBottleneck bottleneck,
      Matrix query,
      Matrix latent,
      Buffer latentNorm,
      Matrix keyUp,
      Matrix valueUp,
      Matrix output) {}

  /// @param down [queryLora, hidden]
  record QueryBottleneck(Matrix down, Buffer norm) {}

  /// What follows attention in a layer.
  sealed interface FeedForward {}

  /// A gated block: gate and up [inner, hidden], down [hidden, inner].
  record Dense(Matrix gate, Matrix up, Matrix down) implements FeedForward {}

  /// Routed experts, and the one that every token takes.
  ///
  /// @param router [experts, hidden]
  /// @param bias added to the scores for the selection only
  /// @param gate [experts, inner, hidden]
  /// @param up [experts, inner, hidden]
  /// @param down [experts, hidden, inner]
  record Experts(
      Matrix router,
      @Nullable Buffer bias,
      Matrix gate,
      Matrix up,
      Matrix down,
      @Nullable Dense shared)
      implements FeedForward {
    Experts {
      requireNonNull(router, "router");
    }
  }

  static Deepseek2Weights load(Gguf gguf, Backend backend, ModelSpec spec) {
    return new Loader(new Weights(gguf, backend), spec).load();
  }

  private record Loader(Weights weights, ModelSpec spec) {
    Deepseek2Weights load() {
      Matrix embedding = weights.matrix("token_embd.weight", spec.hidden(), spec.vocabulary());
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < spec.layers(); i++) {
        layers.add(layer("blk." + i + ".", i < spec.denseLayers()));
      }
      Buffer norm = weights.vector("output_norm.weight", spec.hidden());
      Matrix head =
          weights.has("output.weight")
              ? weights.matrix("output.weight", spec.hidden(), spec.vocabulary())
              : embedding;
      return new Deepseek2Weights(embedding, layers, norm, head);
    }

    private Layer layer(String prefix, boolean dense) {
      return new Layer(
          attention(prefix),
          weights.vector(prefix + "ffn_norm.weight", spec.hidden()),
          dense ? dense(prefix, "", spec.denseInner()) : experts(prefix));
    }

    private Attention attention(String prefix) {
      int hidden = spec.hidden();
      int heads = spec.heads();
      int kvLora = spec.kvLora();
      int queries = heads * (spec.nope() + spec.rope());
      QueryBottleneck bottleneck = null;
      Matrix query;
      int queryLora = spec.queryLora();
      if (queryLora > 0) {
        bottleneck =
            new QueryBottleneck(
                weights.matrix(prefix + "attn_q_a.weight", hidden, queryLora),
                weights.vector(prefix + "attn_q_a_norm.weight", queryLora));
        query = weights.matrix(prefix + "attn_q_b.weight", queryLora, queries);
      } else {
        query = weights.matrix(prefix + "attn_q.weight", hidden, queries);
      }
      return new Attention(
          weights.vector(prefix + "attn_norm.weight", hidden),
          bottleneck,
          query,
          weights.matrix(prefix + "attn_kv_a_mqa.weight", hidden, spec.cacheWidth()),
          weights.vector(prefix + "attn_kv_a_norm.weight", kvLora),
          weights.stack(prefix + "attn_k_b.weight", spec.nope(), kvLora, heads),
          weights.stack(prefix + "attn_v_b.weight", kvLora, spec.value(), heads),
          weights.matrix(prefix + "attn_output.weight", heads * spec.value(), hidden));
    }

    private Dense dense(String prefix, String suffix, int inner) {
      return new Dense(
          weights.matrix(prefix + "ffn_gate" + suffix + ".weight", spec.hidden(), inner),
          weights.matrix(prefix + "ffn_up" + suffix + ".weight", spec.hidden(), inner),
          weights.matrix(prefix + "ffn_down" + suffix + ".weight", inner, spec.hidden()));
    }

    private Experts experts(String prefix) {
      int hidden = spec.hidden();
      int count = spec.routing().experts();
      int inner = spec.expertInner();
      String bias = prefix + "exp_probs_b.bias";
      return new Experts(
          weights.matrix(prefix + "ffn_gate_inp.weight", hidden, count),
          weights.has(bias) ? weights.vector(bias, count) : null,
          weights.stack(prefix + "ffn_gate_exps.weight", hidden, inner, count),
          weights.stack(prefix + "ffn_up_exps.weight", hidden, inner, count),
          weights.stack(prefix + "ffn_down_exps.weight", inner, hidden, count),
          spec.sharedExperts() == 0 ? null : dense(prefix, "_shexp", inner * spec.sharedExperts()));
    }
  }
}
