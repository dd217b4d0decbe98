package dev.stellwerk.inference.constraint;

/// The grammar state of one generation: which tokens may come next.
///
/// A generation calls [#forced()], appends and accepts what it returns, and when that is nothing
/// calls [#fill], samples from the mask and accepts the sample. It ends after an end-of-generation
/// token, which is accepted like any other.
///
/// Not thread-safe; one instance a generation. A constraint that allows everything is [#none()].
public interface Constraint {
  /// Writes the allowed tokens into the mask, which has the vocabulary's size; what it held is
  /// overwritten.
  ///
  /// The mask contains the tokens that end a generation exactly when [#complete()]: a turn can
  /// neither end too early nor, when nothing else may follow, go on. It is never empty before an
  /// end token was accepted, provided that the vocabulary can spell every byte.
  ///
  /// @return false when everything is allowed and the mask was left alone
  boolean fill(TokenMask mask);

  /// Advances by a token that the mask allowed.
  ///
  /// @throws IllegalArgumentException when the token is not allowed here
  void accept(int token);

  /// Takes back the last accepted tokens, end tokens included.
  ///
  /// @throws IllegalArgumentException when fewer were accepted
  void rollback(int tokens);

  /// Whether the generation may end here, that is, whether an end token may be sampled.
  boolean complete();

  /// Tokens that come next without a choice, to be appended without sampling; empty when there is
  /// one. The caller accepts each of them.
  ///
  /// Text that must follow is still a choice of tokens: `"path"` may be one token or three. It is
  /// forced only when
  ///
  /// - the mask holds a single token, or
  /// - it reaches to where a special token must follow: a tokenizer never merges across one, so the
  ///   tokens are those that the text has on its own.
  ///
  /// Text that is forced up to a free string is left to sampling: its last tokens depend on what
  /// the model writes next.
  int[] forced();

  /// Allows every token.
  static Constraint none() {
    return Unconstrained.INSTANCE;
  }
}
