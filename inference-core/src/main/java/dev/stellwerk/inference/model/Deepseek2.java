package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.LatentAttention.QueryBottleneck;
import dev.stellwerk.inference.model.LatentAttention.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads `deepseek2`: DeepSeek V2, V2-Lite, V3 and R1, Kimi K2, Moonlight.
///
/// The numpy reference under `src/test/parity` is the specification of the arithmetic.
final class Deepseek2 {
  static final String ARCHITECTURE = "deepseek2";

  private static final int GATING_SOFTMAX = 1;
  private static final int GATING_SIGMOID = 2;

  private final Hyperparameters keys;
  private final Weights weights;
  private final ModelSpec spec;
  private final Shape shape;
  private final Routing routing;
  private final int denseLayers;
  private final int denseInner;
  private final int expertInner;
  private final int sharedInner;

  private Deepseek2(Gguf gguf, Backend backend) {
    keys = new Hyperparameters(gguf, ARCHITECTURE);
    weights = new Weights(gguf, backend);
    spec = keys.modelSpec();
    int max = Hyperparameters.WIDTH_MAX;
    int rope = keys.required("rope.dimension_count", 2, max);
    int keyLength = keys.required("attention.key_length_mla", rope + 1, max);
    // The key may be there in models that have no bottleneck: those of 26 and 27 layers.
    boolean bottleneck = weights.has("blk.0.attn_q_a.weight");
    shape =
        new Shape(
            spec.heads(),
            bottleneck ? keys.required("attention.q_lora_rank", 1, max) : 0,
            keys.required("attention.kv_lora_rank", 1, max),
            keyLength - rope,
            rope,
            keys.required("attention.value_length_mla", 1, max));
    keys.widthOf("attention.key_length_mla", spec.heads(), keyLength);
    keys.widthOf("attention.value_length_mla", spec.heads(), shape.value());
    keys.widthOf("attention.kv_lora_rank", spec.heads(), shape.cacheWidth());
    if (rope % 2 != 0) {
      throw keys.refuse("rope.dimension_count", rope + "; expected an even number");
    }
    if (keys.number("attention.temperature_scale", 0, 0) != 0) {
      throw keys.refuse("attention.temperature_scale", "is not supported");
    }
    routing = keys.routing(scoring(), keys.flag("expert_weights_norm"));
    denseLayers = keys.optional("leading_dense_block_count", 0, 0, spec.layers());
    denseInner = keys.required("feed_forward_length", 1, max);
    expertInner = keys.required("expert_feed_forward_length", 1, max);
    int shared = keys.optional("expert_shared_count", 0, 0, max);
    sharedInner = keys.widthOf("expert_shared_count", shared, expertInner);
  }

  static Model load(Gguf gguf, Backend backend, int tokensMax) {
    return new Deepseek2(gguf, backend).load(backend, tokensMax);
  }

  private Model load(Backend backend, int tokensMax) {
    List<LatentAttention.Weights> attention = new ArrayList<>();
    List<Decoder.Layer> layers = new ArrayList<>();
    for (int i = 0; i < spec.layers(); i++) {
      String prefix = "blk." + i + ".";
      attention.add(attention(prefix));
      layers.add(
          new Decoder.Layer(
              weights.vector(prefix + "attn_norm.weight", spec.hidden()),
              weights.vector(prefix + "ffn_norm.weight", spec.hidden()),
              i < denseLayers
                  ? weights.dense(prefix, "", spec.hidden(), denseInner)
                  : routed(prefix)));
    }
    Decoder.Weights all = weights.decoder(spec, layers);
    // The file holds a tenth of mscale_all_dim.
    double mscaleAll = keys.number("rope.scaling.yarn_log_multiplier", 0, 0) / 0.1;
    return new Decoder(
        spec,
        all,
        new LatentAttention(
            shape,
            attention,
            keys.rope().withMscaleAll(mscaleAll),
            spec.epsilon(),
            backend,
            tokensMax),
        backend,
        tokensMax);
  }

  private LatentAttention.Weights attention(String prefix) {
    int hidden = spec.hidden();
    int heads = shape.heads();
    int kvLora = shape.kvLora();
    int queryLora = shape.queryLora();
    QueryBottleneck bottleneck = queryLora == 0 ? null : bottleneck(prefix, queryLora);
    Matrix query =
        bottleneck == null
            ? weights.matrix(prefix + "attn_q.weight", hidden, shape.queryWidth())
            : weights.matrix(prefix + "attn_q_b.weight", queryLora, shape.queryWidth());
    return new LatentAttention.Weights(
        bottleneck,
        query,
        weights.matrix(prefix + "attn_kv_a_mqa.weight", hidden, shape.cacheWidth()),
        weights.vector(prefix + "attn_kv_a_norm.weight", kvLora),
        weights.stack(prefix + "attn_k_b.weight", shape.nope(), kvLora, heads),
        weights.stack(prefix + "attn_v_b.weight", kvLora, shape.value(), heads),
        weights.matrix(prefix + "attn_output.weight", heads * shape.value(), hidden));
  }

  private QueryBottleneck bottleneck(String prefix, int queryLora) {
    return new QueryBottleneck(
        weights.matrix(prefix + "attn_q_a.weight", spec.hidden(), queryLora),
        weights.vector(prefix + "attn_q_a_norm.weight", queryLora));
  }

  private FeedForward.Routed routed(String prefix) {
    int hidden = spec.hidden();
    int count = routing.experts();
    return new FeedForward.Routed(
        routing,
        weights.matrix(prefix + "ffn_gate_inp.weight", hidden, count),
        null,
        weights.optionalVector(prefix + "exp_probs_b.bias", count),
        weights.experts(prefix, hidden, expertInner, count),
        shared(prefix));
  }

  private FeedForward.@Nullable Dense shared(String prefix) {
    return sharedInner == 0 ? null : weights.dense(prefix, "_shexp", spec.hidden(), sharedInner);
  }

  /// Files of V2 and V2.5 do not state it.
  private Routing.Scoring scoring() {
    int gating = keys.optional("expert_gating_func", GATING_SOFTMAX, 0, 100);
    return switch (gating) {
      case 0, GATING_SOFTMAX -> Routing.Scoring.SOFTMAX;
      case GATING_SIGMOID -> Routing.Scoring.SIGMOID;
      default ->
          throw keys.refuse("expert_gating_func", gating + "; expected 1 (softmax) or 2 (sigmoid)");
    };
  }
}
