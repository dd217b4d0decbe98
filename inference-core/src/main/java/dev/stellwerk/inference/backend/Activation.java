package dev.stellwerk.inference.backend;

/// What joins the two halves of a gated block.
public enum Activation {
  /// `silu(gate) * up`, where `silu(x) = x / (1 + e^-x)`.
  SWIGLU,
  /// gpt-oss: `g / (1 + e^(-1.702 g)) * (u + 1)` with `g = min(gate, 7)` and `u` = up within -7 and
  /// 7.
  SWIGLU_CLAMPED;

  /// The steepness of [#SWIGLU_CLAMPED].
  public static final float CLAMPED_ALPHA = 1.702f;

  /// The greatest input of [#SWIGLU_CLAMPED].
  public static final float CLAMPED_LIMIT = 7f;
}
