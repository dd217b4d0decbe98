package dev.stellwerk.inference.engine;

/// The tokens of one conversation, and its claim to the KV cache. Generated ids are authoritative:
/// they are never tokenised again.
///
/// Between two generations a session keeps its part of the cache for [QueueLimits#pinMillisMax].
/// After that, or after [#unpin], the memory may be taken by others; the next generation finds
/// again what is still there and computes the rest, with the same result.
///
/// One generation at a time; not thread-safe beyond that.
public interface Session extends AutoCloseable {
  /// Appends the suffix and starts to generate. Blocks for nothing: the returned generation
  /// delivers.
  ///
  /// @throws ContextExceededException when the suffix and one more token do not fit the context or
  ///   the memory, before any work
  /// @throws OverloadedException when too many generations wait already
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

  /// Opens another session with the first `position` tokens of this one. They share the memory of
  /// what they have in common.
  ///
  /// @throws OverloadedException when too many sessions are open
  /// @throws IllegalStateException while a generation is still open
  Session fork(int position);

  /// Lets others have this session's part of the KV cache if they need it: nothing will happen here
  /// for a while, for instance until a person has answered.
  ///
  /// @throws IllegalStateException while a generation is still open
  void unpin();

  @Override
  void close();
}
