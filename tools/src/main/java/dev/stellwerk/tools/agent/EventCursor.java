package dev.stellwerk.tools.agent;

import java.time.Duration;
import java.util.Optional;

/// A position in a run's events. Not thread-safe; open one a follower.
public interface EventCursor extends AutoCloseable {
  /// The next event, or empty when none came in time. After [AgentEvent.Ended] nothing more comes.
  Optional<AgentEvent> next(Duration timeout) throws InterruptedException;

  @Override
  void close();
}
