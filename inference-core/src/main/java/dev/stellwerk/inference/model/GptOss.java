package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Activation;
import dev.stellwerk.inference.backend.Attention;
import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Experts;
import dev.stellwerk.inference.backend.RopeStyle;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.GroupedAttention.Shape;
import java.util.ArrayList;
import java.util.List;

/// Reads `gpt-oss`: grouped-query attention with sinks, every other layer through a sliding window,
/// and routed experts whose weights are the softmax of the taken ones' logits. All products have
/// biases.
///
/// Source: the model card (arXiv 2508.10925).
final class GptOss {
  static final String ARCHITECTURE = "gpt-oss";

  /// Of every so many layers, the last one sees all positions.
  private static final int WINDOW_PERIOD = 2;

  private final Hyperparameters keys;
  private final Weights weights;
  private final ModelSpec spec;
  private final Shape shape;
  private final Routing routing;
  private final int inner;
  private final int window;

  private GptOss(Gguf gguf, Backend backend) {
    keys = new Hyperparameters(gguf, ARCHITECTURE);
    weights = new Weights(gguf, backend);
    spec = keys.modelSpec();
    shape = keys.groupedShape(spec, RopeStyle.HALVES);
    routing = keys.routing(Routing.Scoring.SOFTMAX_OF_TAKEN, false);
    inner = keys.required("expert_feed_forward_length", 1, Hyperparameters.WIDTH_MAX);
    window = keys.required("attention.sliding_window", 1, Hyperparameters.CONTEXT_MAX);
  }

  static Model load(Gguf gguf, Backend backend, int tokensMax) {
    return new GptOss(gguf, backend).load(backend, tokensMax);
  }

  private Model load(Backend backend, int tokensMax) {
    List<GroupedAttention.Weights> attention = new ArrayList<>();
    List<Decoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < spec.layers(); i++) {
      String prefix = "blk." + i + ".";
      boolean windowed = i % WINDOW_PERIOD < WINDOW_PERIOD - 1;
      attention.add(attention(prefix, windowed ? window : 0));
      layers.add(
          new Decoder.Layer(
              weights.vector(prefix + "attn_norm.weight", spec.hidden()),
              weights.vector(prefix + "post_attention_norm.weight", spec.hidden()),
              routed(prefix)));
    }
    Decoder.Weights all = weights.decoder(spec, layers);
    Rope rope = new Rope(keys.rope(), shape.rope(), null);
    return new Decoder(
        spec,
        all,
        new GroupedAttention(shape, attention, rope, spec.epsilon(), backend, tokensMax),
        backend,
        tokensMax);
  }

  private GroupedAttention.Weights attention(String prefix, int positionsMax) {
    int hidden = spec.hidden();
    int heads = shape.heads();
    int keyWidth = shape.keyWidth();
    float scale = (float) (1 / Math.sqrt(keyWidth));
    int values = shape.kvHeads() * shape.valueWidth();
    return new GroupedAttention.Weights(
        weights.linear(prefix + "attn_q", hidden, heads * keyWidth),
        weights.linear(prefix + "attn_k", hidden, shape.kvHeads() * keyWidth),
        weights.linear(prefix + "attn_v", hidden, values),
        weights.linear(prefix + "attn_output", heads * shape.valueWidth(), hidden),
        null,
        null,
        new Attention(
            heads, scale, positionsMax, weights.vector(prefix + "attn_sinks.weight", heads)));
  }

  private FeedForward.Routed routed(String prefix) {
    int hidden = spec.hidden();
    int count = routing.experts();
    return new FeedForward.Routed(
        routing,
        weights.matrix(prefix + "ffn_gate_inp.weight", hidden, count),
        weights.vector(prefix + "ffn_gate_inp.bias", count),
        null,
        new Experts(
            weights.stack(prefix + "ffn_gate_exps.weight", hidden, inner, count),
            weights.stack(prefix + "ffn_up_exps.weight", hidden, inner, count),
            weights.stack(prefix + "ffn_down_exps.weight", inner, hidden, count),
            weights.vectors(prefix + "ffn_gate_exps.bias", inner, count),
            weights.vectors(prefix + "ffn_up_exps.bias", inner, count),
            weights.vectors(prefix + "ffn_down_exps.bias", hidden, count),
            Activation.SWIGLU_CLAMPED),
        null);
  }
}
