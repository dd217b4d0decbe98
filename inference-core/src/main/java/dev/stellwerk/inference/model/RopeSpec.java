package dev.stellwerk.inference.model;

/// Rotary position embedding, with YaRN where `yarn` is set.
///
/// Source: YaRN (arXiv 2309.00071); `mscaleAll` is DeepSeek's `mscale_all_dim`.
///
/// @param factor by which the context was stretched
/// @param originalContext the context before, in tokens
/// @param betaFast turns within the original context above which a pair keeps its angle
/// @param betaSlow turns below which it is slowed by the whole factor
public record RopeSpec(
    double base,
    boolean yarn,
    double factor,
    double originalContext,
    double betaFast,
    double betaSlow,
    double mscaleAll) {

  /// Plain rotary position.
  public static RopeSpec plain(double base) {
    return linear(base, 1);
  }

  /// All angles slowed by the same factor.
  public static RopeSpec linear(double base, double factor) {
    return new RopeSpec(base, false, factor, 0, 0, 0, 0);
  }

  /// The same with DeepSeek's multiplier.
  public RopeSpec withMscaleAll(double value) {
    return new RopeSpec(base, yarn, factor, originalContext, betaFast, betaSlow, value);
  }

  /// The angle by which a pair turns a position.
  public double frequency(int pair, int width) {
    double frequency = Math.pow(base, -2.0 * pair / width);
    if (!yarn) {
      return frequency / factor;
    }
    double low = Math.max(0.0, Math.floor(pairThatTurns(betaFast, width)));
    double high = Math.min(width - 1.0, Math.ceil(pairThatTurns(betaSlow, width)));
    double slowed = Math.clamp((pair - low) / Math.max(0.001, high - low), 0.0, 1.0);
    return frequency * (1.0 - slowed) + frequency / factor * slowed;
  }

  /// The factor on rotated values: 1 where the file states a multiplier, as published models do.
  public double magnitude() {
    return !yarn || mscaleAll != 0 ? 1.0 : mscale(1.0);
  }

  /// What DeepSeek multiplies attention scores by, twice.
  public double scoreMagnitude() {
    return yarn ? magnitude() * mscale(mscaleAll) : 1.0;
  }

  private double mscale(double multiplier) {
    return factor <= 1 ? 1.0 : 1.0 + 0.1 * multiplier * Math.log(factor);
  }

  /// The (fractional) pair that turns so often within the original context.
  private double pairThatTurns(double turns, int width) {
    return width * Math.log(originalContext / (turns * 2.0 * Math.PI)) / (2.0 * Math.log(base));
  }
}
