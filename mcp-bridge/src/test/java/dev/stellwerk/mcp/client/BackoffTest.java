package dev.stellwerk.mcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void theFirstFailureCostsNothingAndTheDelayDoublesUpToItsBound() {
    Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    Backoff backoff = new Backoff(clock, Duration.ofMillis(250), Duration.ofSeconds(30));
    long[] expected = {0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000};
    for (long millis : expected) {
      backoff.failed();
      assertEquals(Duration.ofMillis(millis), backoff.remaining());
    }
    for (int i = 0; i < 100; i++) {
      backoff.failed();
    }
    assertEquals(Duration.ofSeconds(30), backoff.remaining());
    backoff.succeeded();
    assertEquals(Duration.ZERO, backoff.remaining());
  }
}
