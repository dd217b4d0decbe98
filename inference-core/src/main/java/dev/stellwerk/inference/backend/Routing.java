package dev.stellwerk.inference.backend;

import static java.util.Objects.requireNonNull;

/// How a router turns its logits into experts and weights.
///
/// The experts with the `used` highest selection scores are taken, ties by the lowest index. A bias
/// takes part in the selection only; the weights come from the unbiased scores.
///
/// With groups, the experts are `groups` runs of equal length, and only those of the `groupsUsed`
/// best groups may be taken. A group scores the sum of its two best selection scores where the
/// scores are sigmoids (DeepSeek V3), else its best one (DeepSeek V2).
///
/// @param experts how many there are
/// @param used how many each token takes, the k of top-k
/// @param normalise whether the weights of the taken ones are divided by their sum
/// @param scale what the weights are multiplied by in the end
/// @param groups 1 for none
public record Routing(
    Scoring scoring,
    int experts,
    int used,
    boolean normalise,
    float scale,
    int groups,
    int groupsUsed) {
  /// The least sum that normalising divides by, as other loaders have it: the smallest normal f16.
  public static final float SUM_MIN = 0x1p-14f;

  /// From logits to scores.
  public enum Scoring {
    /// Softmax over all experts, then top-k.
    SOFTMAX,
    /// A sigmoid each.
    SIGMOID,
    /// Top-k of the logits, then softmax over the taken ones' logits, which are the weights.
    SOFTMAX_OF_TAKEN
  }

  public Routing {
    requireNonNull(scoring, "scoring");
    if (used < 1 || used > experts) {
      throw new IllegalArgumentException(used + " of " + experts + " experts");
    }
    if (groups < 1 || experts % groups != 0 || groupsUsed < 1 || groupsUsed > groups) {
      throw new IllegalArgumentException(
          groupsUsed + " of " + groups + " groups of " + experts + " experts");
    }
    if (used > experts / groups * groupsUsed) {
      throw new IllegalArgumentException(
          used + " experts of " + groupsUsed + " groups of " + experts / groups);
    }
  }

  /// A router without groups.
  public Routing(Scoring scoring, int experts, int used, boolean normalise, float scale) {
    this(scoring, experts, used, normalise, scale, 1, 1);
  }
}
