package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.RopeStyle;
import dev.stellwerk.inference.backend.Routing;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;

/// Reads one architecture's keys from a file's metadata, within bounds.
final class Hyperparameters {
  /// Far above every published model.
  static final int WIDTH_MAX = 1 << 20;

  private static final int LAYERS_MAX = 4096;
  static final int CONTEXT_MAX = 1 << 24;
  private static final double NUMBER_MAX = 1e12;

  private final Gguf gguf;
  private final String architecture;

  Hyperparameters(Gguf gguf, String architecture) {
    this.gguf = gguf;
    this.architecture = architecture;
  }

  /// The keys that all architectures have.
  ModelSpec modelSpec() {
    int all = required("block_count", 1, LAYERS_MAX);
    return new ModelSpec(
        architecture,
        vocabulary(),
        required("context_length", 1, CONTEXT_MAX),
        required("embedding_length", 1, WIDTH_MAX),
        // Layers for predicting several tokens at once stand last and are not used.
        all - optional("nextn_predict_layers", 0, 0, all - 1),
        required("attention.head_count", 1, WIDTH_MAX),
        (float) requiredNumber("attention.layer_norm_rms_epsilon", 0, 1));
  }

  private int vocabulary() {
    long vocabulary = gguf.requiredTensor("token_embd.weight").dim(1);
    if (vocabulary > CONTEXT_MAX) {
      throw new ModelFileException(
          gguf.path(), "token_embd.weight", vocabulary + " rows; expected at most " + CONTEXT_MAX);
    }
    return (int) vocabulary;
  }

  /// The width of several heads together.
  ///
  /// @param key the one to blame for a product that is too great
  int widthOf(String key, int heads, int width) {
    long product = (long) heads * width;
    if (product > WIDTH_MAX) {
      throw refuse(key, heads + " heads of width " + width + "; expected at most " + WIDTH_MAX);
    }
    return (int) product;
  }

  /// The shape of grouped-query attention.
  GroupedAttention.Shape groupedShape(ModelSpec spec, RopeStyle style) {
    int heads = spec.heads();
    int kvHeads = optional("attention.head_count_kv", heads, 1, heads);
    if (heads % kvHeads != 0) {
      throw refuse("attention.head_count_kv", kvHeads + " does not divide " + heads + " heads");
    }
    int width = Math.max(1, spec.hidden() / heads);
    int keyWidth = optional("attention.key_length", width, 1, WIDTH_MAX);
    int valueWidth = optional("attention.value_length", width, 1, WIDTH_MAX);
    widthOf("attention.key_length", heads, keyWidth);
    widthOf("attention.value_length", heads, valueWidth);
    int rope = optional("rope.dimension_count", keyWidth, 2, keyWidth);
    if (rope % 2 != 0) {
      throw refuse("rope.dimension_count", rope + "; expected an even number");
    }
    return new GroupedAttention.Shape(heads, kvHeads, keyWidth, valueWidth, rope, style);
  }

  RopeSpec rope() {
    double base = number("rope.freq_base", 10_000, Double.MIN_NORMAL);
    double factor = number("rope.scaling.factor", 1, Double.MIN_NORMAL);
    String type = gguf.string(name("rope.scaling.type")).orElse("linear");
    return switch (type) {
      case "none" -> RopeSpec.plain(base);
      case "linear" -> RopeSpec.linear(base, factor);
      case "yarn" ->
          new RopeSpec(
              base,
              true,
              factor,
              number("rope.scaling.original_context_length", contextLength(), 1),
              number("rope.scaling.yarn_beta_fast", 32, Double.MIN_NORMAL),
              number("rope.scaling.yarn_beta_slow", 1, Double.MIN_NORMAL),
              0);
      default ->
          throw refuse(
              "rope.scaling.type",
              "'" + type + "' is not supported; supported: none, linear, yarn");
    };
  }

  private double contextLength() {
    return required("context_length", 1, CONTEXT_MAX);
  }

  /// The router's shape.
  Routing routing(Routing.Scoring scoring, boolean normalise) {
    int experts = required("expert_count", 1, WIDTH_MAX);
    int used = required("expert_used_count", 1, experts);
    int groups = Math.max(1, optional("expert_group_count", 1, 0, experts));
    int groupsUsed = groups == 1 ? 1 : required("expert_group_used_count", 1, groups);
    if (experts % groups != 0) {
      throw refuse("expert_group_count", groups + " does not divide " + experts + " experts");
    }
    if (used > experts / groups * groupsUsed) {
      throw refuse(
          "expert_used_count",
          used + "; expected at most those of " + groupsUsed + " of " + groups + " groups");
    }
    double scale = number("expert_weights_scale", 0, 0);
    return new Routing(
        scoring, experts, used, normalise, scale == 0 ? 1f : (float) scale, groups, groupsUsed);
  }

  int required(String key, int min, int max) {
    return gguf.requiredInteger(name(key), min, max);
  }

  int optional(String key, int absent, int min, int max) {
    return gguf.integer(name(key)).isPresent() ? required(key, min, max) : absent;
  }

  boolean flag(String key) {
    return gguf.flag(name(key)).orElse(false);
  }

  double number(String key, double absent, double min) {
    return gguf.number(name(key)).isPresent() ? requiredNumber(key, min, NUMBER_MAX) : absent;
  }

  private double requiredNumber(String key, double min, double max) {
    double value = gguf.requiredNumber(name(key));
    if (!(value >= min && value <= max)) {
      throw refuse(key, value + "; expected " + min + " to " + max);
    }
    return value;
  }

  ModelFileException refuse(String key, String message) {
    return new ModelFileException(gguf.path(), name(key), message);
  }

  private String name(String key) {
    return architecture + "." + key;
  }
}
