package dev.stellwerk.inference.engine;

/// What an engine is doing, at one moment.
///
/// @param sessions that are open
/// @param running generations that take part in forward passes
/// @param waiting generations that wait for their turn or for memory
/// @param preemptions how often a generation lost its memory to an older one, since the start
public record EngineStatus(
    int sessions, int running, int waiting, long preemptions, Memory memory) {
  /// The KV cache, in blocks.
  ///
  /// @param blocksMax the most that there may be
  /// @param allocated those that hold memory
  /// @param running those that generations use
  /// @param pinned those that only sessions between two generations keep
  /// @param cached those that nobody uses, kept for whoever has the same tokens
  /// @param blockBytes of one
  public record Memory(
      int blocksMax, int allocated, int running, int pinned, int cached, long blockBytes) {}
}
