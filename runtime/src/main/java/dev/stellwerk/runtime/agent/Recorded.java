package dev.stellwerk.runtime.agent;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/// An event with its place in the journal.
///
/// @param sequence rises by one from 1 within a run
public record Recorded(long sequence, Instant at, RunEvent event) {
  public Recorded {
    requireNonNull(at, "at");
    requireNonNull(event, "event");
  }

  public boolean last() {
    return event instanceof RunEvent.Ended;
  }
}
