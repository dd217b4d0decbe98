package dev.stellwerk.inference.engine;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.backend.NumericMode;

/// Limits and resources of an engine.
///
/// @param backend a name that [Backends] knows
/// @param threads how many threads compute, the engine's own included
/// @param kvBytesMax the most memory that all sessions' KV caches take together, and what is kept
///   of earlier ones
/// @param sessionsMax the most sessions that are open at once
/// @param chunkTokensMax the most tokens of one forward pass; cancellation waits for at most one
/// @param numericMode the arithmetic
/// @param queue the limits of generations
public record EngineConfig(
    String backend,
    int threads,
    long kvBytesMax,
    int sessionsMax,
    int chunkTokensMax,
    NumericMode numericMode,
    QueueLimits queue) {
  private static final long KV_BYTES_MAX = 512L << 20;
  private static final int SESSIONS_MAX = 64;
  private static final int CHUNK_TOKENS_MAX = 256;

  public EngineConfig {
    requireNonNull(backend, "backend");
    requireNonNull(numericMode, "numericMode");
    requireNonNull(queue, "queue");
    check(threads >= 1, "threads", threads);
    check(kvBytesMax >= 1, "kvBytesMax", kvBytesMax);
    check(sessionsMax >= 1, "sessionsMax", sessionsMax);
    check(chunkTokensMax >= 1, "chunkTokensMax", chunkTokensMax);
  }

  /// With the default limits of generations.
  public EngineConfig(
      String backend,
      int threads,
      long kvBytesMax,
      int sessionsMax,
      int chunkTokensMax,
      NumericMode numericMode) {
    this(
        backend,
        threads,
        kvBytesMax,
        sessionsMax,
        chunkTokensMax,
        numericMode,
        QueueLimits.DEFAULT);
  }

  /// In the default numeric mode, with the default limits of generations.
  public EngineConfig(
      String backend, int threads, long kvBytesMax, int sessionsMax, int chunkTokensMax) {
    this(backend, threads, kvBytesMax, sessionsMax, chunkTokensMax, NumericMode.EXACT);
  }

  /// What suits a small model on this machine.
  public static EngineConfig defaults() {
    int threads = Runtime.getRuntime().availableProcessors();
    return new EngineConfig(Backends.AUTO, threads, KV_BYTES_MAX, SESSIONS_MAX, CHUNK_TOKENS_MAX);
  }

  private static void check(boolean fits, String name, long value) {
    if (!fits) {
      throw new IllegalArgumentException(name + " " + value + " is below 1");
    }
  }
}
