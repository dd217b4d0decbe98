package dev.stellwerk.inference.engine;

/// The KV cache of one conversation. Generated ids are authoritative: they are never tokenised
/// again.
///
/// One generation at a time; not thread-safe beyond that.
public interface Session extends AutoCloseable {
  /// Appends the suffix and starts to generate. Blocks for nothing: the returned generation
  /// delivers.
  ///
  /// @throws ContextExceededException when the suffix does not fit, before any work
  /// @throws IllegalStateException while an earlier generation is still open
  Generation submit(Request request);

  /// How many tokens the cache holds.
  int position();

  /// Forgets everything from `position` on.
  void truncate(int position);

  @Override
  void close();
}
