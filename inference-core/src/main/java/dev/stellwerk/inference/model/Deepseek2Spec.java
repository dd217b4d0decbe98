package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;

/// Reads the hyperparameters of `deepseek2` from a file's metadata.
final class Deepseek2Spec {
  private static final String PREFIX = "deepseek2.";

  /// Far above every published model, and small enough that no product of two overflows.
  private static final int WIDTH_MAX = 1 << 20;

  private static final int LAYERS_MAX = 4096;
  private static final int CONTEXT_MAX = 1 << 24;

  private static final int GATING_SOFTMAX = 1;
  private static final int GATING_SIGMOID = 2;

  private final Gguf gguf;

  private Deepseek2Spec(Gguf gguf) {
    this.gguf = gguf;
  }

  static ModelSpec read(Gguf gguf) {
    return new Deepseek2Spec(gguf).read();
  }

  private ModelSpec read() {
    int layers = required("block_count", 1, LAYERS_MAX);
    int rope = required("rope.dimension_count", 2, WIDTH_MAX);
    int keyLength = required("attention.key_length_mla", rope + 1, WIDTH_MAX);
    refuseGroups();
    return new ModelSpec(
        "deepseek2",
        vocabulary(),
        required("context_length", 1, CONTEXT_MAX),
        required("embedding_length", 1, WIDTH_MAX),
        layers,
        optional("leading_dense_block_count", 0, 0, layers),
        required("attention.head_count", 1, WIDTH_MAX),
        optional("attention.q_lora_rank", 0, 0, WIDTH_MAX),
        required("attention.kv_lora_rank", 1, WIDTH_MAX),
        keyLength - rope,
        rope,
        required("attention.value_length_mla", 1, WIDTH_MAX),
        required("feed_forward_length", 1, WIDTH_MAX),
        required("expert_feed_forward_length", 1, WIDTH_MAX),
        optional("expert_shared_count", 0, 0, WIDTH_MAX),
        (float) gguf.requiredNumber(PREFIX + "attention.layer_norm_rms_epsilon"),
        routing(),
        rope());
  }

  private int vocabulary() {
    long vocabulary = gguf.requiredTensor("token_embd.weight").dim(1);
    if (vocabulary > CONTEXT_MAX) {
      throw new ModelFileException(
          gguf.path(), "token_embd.weight", vocabulary + " rows; expected at most " + CONTEXT_MAX);
    }
    return (int) vocabulary;
  }

  private Routing routing() {
    int experts = required("expert_count", 1, WIDTH_MAX);
    int used = required("expert_used_count", 1, experts);
    int gating = optional("expert_gating_func", GATING_SOFTMAX, 0, 100);
    Routing.Scoring scoring =
        switch (gating) {
          case 0, GATING_SOFTMAX -> Routing.Scoring.SOFTMAX;
          case GATING_SIGMOID -> Routing.Scoring.SIGMOID;
          default ->
              throw new ModelFileException(
                  gguf.path(),
                  PREFIX + "expert_gating_func",
                  gating + "; expected 1 (softmax) or 2 (sigmoid)");
        };
    double scale = gguf.number(PREFIX + "expert_weights_scale").orElse(0);
    boolean normalise = gguf.flag(PREFIX + "expert_weights_norm").orElse(false);
    return new Routing(scoring, experts, used, normalise, scale == 0 ? 1f : (float) scale);
  }

  private void refuseGroups() {
    int groups = optional("expert_group_count", 0, 0, WIDTH_MAX);
    if (groups > 1) {
      throw new ModelFileException(
          gguf.path(),
          PREFIX + "expert_group_count",
          groups + "; routers that choose groups of experts first are not supported");
    }
  }

  private RopeSpec rope() {
    double base = gguf.requiredNumber(PREFIX + "rope.freq_base");
    String type = gguf.string(PREFIX + "rope.scaling.type").orElse("none");
    return switch (type) {
      case "none" -> RopeSpec.plain(base);
      case "yarn" ->
          new RopeSpec(
              base,
              true,
              gguf.number(PREFIX + "rope.scaling.factor").orElse(1),
              gguf.number(PREFIX + "rope.scaling.original_context_length")
                  .orElseGet(() -> gguf.requiredNumber(PREFIX + "context_length")),
              gguf.number(PREFIX + "rope.scaling.yarn_beta_fast").orElse(32),
              gguf.number(PREFIX + "rope.scaling.yarn_beta_slow").orElse(1),
              // The file holds a tenth of mscale_all_dim.
              gguf.number(PREFIX + "rope.scaling.yarn_log_multiplier").orElse(0) / 0.1);
      default ->
          throw new ModelFileException(
              gguf.path(),
              PREFIX + "rope.scaling.type",
              "'" + type + "' is not supported; supported: none, yarn");
    };
  }

  private int required(String key, int min, int max) {
    return gguf.requiredInteger(PREFIX + key, min, max);
  }

  private int optional(String key, int absent, int min, int max) {
    return gguf.integer(PREFIX + key).isPresent() ? required(key, min, max) : absent;
  }
}
