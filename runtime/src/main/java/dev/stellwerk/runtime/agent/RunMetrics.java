package dev.stellwerk.runtime.agent;

/// Told of every run that ended, to count it.
@FunctionalInterface
public interface RunMetrics {
  void ended(RunEvent.Ended ended);

  /// Counts nothing.
  static RunMetrics none() {
    return _ -> {};
  }
}
