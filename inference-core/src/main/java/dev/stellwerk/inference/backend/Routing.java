package dev.stellwerk.inference.backend;

import static java.util.Objects.requireNonNull;

/// How a router turns its logits into experts and weights.
///
/// The experts with the `used` highest selection scores are taken, ties by the lowest index. A bias
/// takes part in the selection only; the weights come from the unbiased scores.
///
/// @param experts how many there are
/// @param used how many each token takes, the k of top-k
/// @param normalise whether the weights of the taken ones are divided by their sum
/// @param scale what the weights are multiplied by in the end
public record Routing(Scoring scoring, int experts, int used, boolean normalise, float scale) {
  /// The least sum that normalising divides by, as other loaders have it: the smallest normal f16.
  public static final float SUM_MIN = 0x1p-14f;

  /// From logits to scores.
  public enum Scoring {
    SOFTMAX,
    SIGMOID
  }

  public Routing {
    requireNonNull(scoring, "scoring");
    if (used < 1 || used > experts) {
      throw new IllegalArgumentException(used + " of " + experts + " experts");
    }
  }
}
