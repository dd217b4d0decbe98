package dev.stellwerk.inference.engine;

/// The KV cache of one conversation. Generated ids are authoritative: they are never tokenised
/// again.
///
/// One generation at a time; not thread-safe beyond that.
public interface Session extends AutoCloseable {
  /// Appends the suffix and starts to generate. Blocks for nothing: the returned generation
  /// delivers.
  ///
  /// @throws ContextExceededException when the suffix and one more token do not fit, before any
  ///   work
  /// @throws OverloadedException when the KV cache has no room for the suffix and `maxTokens`
  /// @throws IllegalStateException while an earlier generation is still open
  Generation submit(Request request);

  /// How many tokens the session holds: all suffixes and all generated tokens, the end token
  /// included.
  ///
  /// @throws IllegalStateException while a generation is still open
  int position();

  /// Forgets everything from `position` on.
  ///
  /// @throws IllegalStateException while a generation is still open
  void truncate(int position);

  @Override
  void close();
}
