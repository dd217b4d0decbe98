package dev.stellwerk.mcp.client;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/// When a server that failed may be started again: at once after the first failure, then after a
/// delay that doubles with each further one, until a call succeeds.
///
/// Thread-safe.
final class Backoff {
  private static final int DOUBLINGS_MAX = 20;

  private final Clock clock;
  private final Duration delayMin;
  private final Duration delayMax;
  private int failures;
  private Instant notBefore = Instant.MIN;

  Backoff(Clock clock, Duration delayMin, Duration delayMax) {
    this.clock = clock;
    this.delayMin = delayMin;
    this.delayMax = delayMax;
  }

  synchronized void failed() {
    failures++;
    if (failures > 1) {
      Duration doubled = delayMin.multipliedBy(1L << Math.min(failures - 2, DOUBLINGS_MAX));
      notBefore = clock.instant().plus(doubled.compareTo(delayMax) < 0 ? doubled : delayMax);
    }
  }

  synchronized void succeeded() {
    failures = 0;
    notBefore = Instant.MIN;
  }

  /// How long to wait still; zero when a start may be tried now.
  synchronized Duration remaining() {
    Instant now = clock.instant();
    return notBefore.isAfter(now) ? Duration.between(now, notBefore) : Duration.ZERO;
  }
}
