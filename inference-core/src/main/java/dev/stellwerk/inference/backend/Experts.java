package dev.stellwerk.inference.backend;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// The weights of a layer's routed experts.
///
/// @param gate [experts, inner, hidden]
/// @param up [experts, inner, hidden]
/// @param down [experts, hidden, inner]
/// @param gateBias f32 [experts, inner], added to what gate yields
/// @param upBias f32 [experts, inner]
/// @param downBias f32 [experts, hidden]
public record Experts(
    Matrix gate,
    Matrix up,
    Matrix down,
    @Nullable Buffer gateBias,
    @Nullable Buffer upBias,
    @Nullable Buffer downBias,
    Activation activation) {
  public Experts {
    requireNonNull(activation, "activation");
    Shapes.check(
        gate.columns() == up.columns() && gate.columns() == down.rows(), "experts hidden width");
    Shapes.check(
        gate.rows() == down.columns() && up.rows() == down.columns(), "experts inner width");
    Shapes.check(gate.count() == up.count() && gate.count() == down.count(), "experts count");
    checkBias(gateBias, gate);
    checkBias(upBias, up);
    checkBias(downBias, down);
  }

  /// Experts without biases.
  public static Experts plain(Matrix gate, Matrix up, Matrix down) {
    return new Experts(gate, up, down, null, null, null, Activation.SWIGLU);
  }

  /// How many there are.
  public int count() {
    return gate.count();
  }

  /// The width of what they read and write.
  public int hidden() {
    return gate.columns();
  }

  /// The width between gate and down.
  public int inner() {
    return gate.rows();
  }

  /// Where a matrix's part of a bias starts, or 0 without one.
  public static long biasAddress(@Nullable Buffer bias, int expert, int rows) {
    return bias == null ? 0L : bias.address() + 4L * expert * rows;
  }

  private static void checkBias(@Nullable Buffer bias, Matrix matrix) {
    Shapes.check(
        bias == null || bias.bytes() >= 4L * matrix.count() * matrix.rows(), "experts bias");
  }
}
