package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Attention;
import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.RopeStyle;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.GroupedAttention.Linear;
import dev.stellwerk.inference.model.GroupedAttention.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the family of grouped-query attention with a gated feed-forward block, dense or routed.
///
/// `llama` rotates adjacent pairs (its converters permute the weights) and may slow each pair by
/// its own factor (`rope_freqs`, Llama 3); `qwen3` and `qwen3moe` rotate halves, and normalise each
/// head's query and key before.
final class Llama {
  static final String LLAMA = "llama";
  static final String QWEN3 = "qwen3";
  static final String QWEN3_MOE = "qwen3moe";

  private final Hyperparameters keys;
  private final Weights weights;
  private final ModelSpec spec;
  private final Shape shape;
  private final boolean norms;
  private final int inner;
  private final @Nullable Routing routing;

  private Llama(Gguf gguf, Backend backend, String architecture) {
    keys = new Hyperparameters(gguf, architecture);
    weights = new Weights(gguf, backend);
    spec = keys.modelSpec();
    norms = !architecture.equals(LLAMA);
    shape = keys.groupedShape(spec, norms ? RopeStyle.HALVES : RopeStyle.ADJACENT);
    boolean moe = architecture.equals(QWEN3_MOE);
    int experts = keys.optional("expert_count", 0, 0, Hyperparameters.WIDTH_MAX);
    routing = moe || experts > 0 ? keys.routing(Routing.Scoring.SOFTMAX, true) : null;
    inner = keys.required(innerKey(moe), 1, Hyperparameters.WIDTH_MAX);
  }

  private static String innerKey(boolean moe) {
    return moe ? "expert_feed_forward_length" : "feed_forward_length";
  }

  static Model load(Gguf gguf, Backend backend, String architecture, int tokensMax) {
    return new Llama(gguf, backend, architecture).load(backend, tokensMax);
  }

  private Model load(Backend backend, int tokensMax) {
    List<GroupedAttention.Weights> attention = new ArrayList<>();
    List<Decoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < spec.layers(); i++) {
      String prefix = "blk." + i + ".";
      attention.add(attention(prefix));
      layers.add(
          new Decoder.Layer(
              weights.vector(prefix + "attn_norm.weight", spec.hidden()),
              weights.vector(prefix + "ffn_norm.weight", spec.hidden()),
              feedForward(prefix)));
    }
    Decoder.Weights all = weights.decoder(spec, layers);
    Buffer slowed = weights.optionalVector("rope_freqs.weight", shape.rope() / 2);
    Rope rope = new Rope(keys.rope(), shape.rope(), slowed);
    return new Decoder(
        spec,
        all,
        new GroupedAttention(shape, attention, rope, spec.epsilon(), backend, tokensMax),
        backend,
        tokensMax);
  }

  private GroupedAttention.Weights attention(String prefix) {
    int width = shape.keyWidth();
    Attention full = Attention.full(shape.heads(), (float) (1 / Math.sqrt(width)));
    int hidden = spec.hidden();
    Linear query = weights.linear(prefix + "attn_q", hidden, shape.heads() * width);
    Linear key = weights.linear(prefix + "attn_k", hidden, shape.kvHeads() * width);
    int values = shape.kvHeads() * shape.valueWidth();
    return new GroupedAttention.Weights(
        query,
        key,
        weights.linear(prefix + "attn_v", hidden, values),
        weights.linear(prefix + "attn_output", shape.heads() * shape.valueWidth(), hidden),
        norms ? weights.vector(prefix + "attn_q_norm.weight", width) : null,
        norms ? weights.vector(prefix + "attn_k_norm.weight", width) : null,
        full);
  }

  private FeedForward feedForward(String prefix) {
    int hidden = spec.hidden();
    if (routing == null) {
      return weights.dense(prefix, "", hidden, inner);
    }
    int count = routing.experts();
    return new FeedForward.Routed(
        routing,
        weights.matrix(prefix + "ffn_gate_inp.weight", hidden, count),
        null,
        null,
        weights.experts(prefix, hidden, inner, count),
        null);
  }
}
