package dev.stellwerk.inference.constraint;

/// The grammar state of one generation: which tokens may come next.
///
/// Not thread-safe; one instance a generation. A constraint that allows everything is [#none()].
public interface Constraint {
  /// Writes the allowed tokens into the mask.
  ///
  /// @return false when everything is allowed and the mask was left alone
  boolean fill(TokenMask mask);

  /// Advances by a token that the mask allowed.
  ///
  /// @throws IllegalArgumentException when the token is not allowed here
  void accept(int token);

  /// Takes back the last accepted tokens.
  void rollback(int tokens);

  /// Whether the generation may end here.
  boolean complete();

  /// Tokens that must come next because nothing else may; empty when there is a choice.
  int[] forced();

  /// Allows every token.
  static Constraint none() {
    return Unconstrained.INSTANCE;
  }
}
