package dev.stellwerk.inference.model;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.backend.Routing;

/// The hyperparameters of a `deepseek2` model, under the names that the field uses.
///
/// @param contextLength the longest sequence, in tokens
/// @param hidden width of the residual stream
/// @param denseLayers how many layers at the front have a dense feed-forward block
/// @param queryLora rank of the query bottleneck; 0 without one, as in the "lite" models
/// @param kvLora rank of the key-value bottleneck, the normalised part of a cached position
/// @param nope width of a head's query and key without rotary position
/// @param rope width of a head's query and key with it
/// @param value width of a head's value
/// @param denseInner inner width of a dense feed-forward block
/// @param expertInner inner width of a routed expert
/// @param sharedExperts how many experts every token takes, stored as one wide one
/// @param epsilon of the norms
public record ModelSpec(
    String architecture,
    int vocabulary,
    int contextLength,
    int hidden,
    int layers,
    int denseLayers,
    int heads,
    int queryLora,
    int kvLora,
    int nope,
    int rope,
    int value,
    int denseInner,
    int expertInner,
    int sharedExperts,
    float epsilon,
    Routing routing,
    RopeSpec ropeSpec) {
  public ModelSpec {
    requireNonNull(architecture, "architecture");
    requireNonNull(routing, "routing");
    requireNonNull(ropeSpec, "ropeSpec");
  }

  /// What the cache holds a position and layer: the latent and the rotated part.
  public int cacheWidth() {
    return kvLora + rope;
  }

  /// The factor on attention scores.
  public float scoreScale() {
    double mscale = ropeSpec.scoreMagnitude();
    return (float) (mscale * mscale / Math.sqrt(nope + rope));
  }
}
