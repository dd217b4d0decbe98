package dev.stellwerk.tools.agent;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/// Where a run stands.
///
/// @param text the answer when completed, the reason in plain words when failed or refused, else
///   empty
/// @param lastSequence of the newest event that the state reflects
/// @param numericMode the arithmetic that the run's tokens were computed with; empty before the run
///   has begun
public record RunState(
    RunId id,
    Status status,
    String request,
    String contextId,
    String text,
    Instant createdAt,
    Instant updatedAt,
    long lastSequence,
    String numericMode) {
  public RunState {
    requireNonNull(id, "id");
    requireNonNull(status, "status");
    requireNonNull(request, "request");
    requireNonNull(contextId, "contextId");
    requireNonNull(text, "text");
    requireNonNull(createdAt, "createdAt");
    requireNonNull(updatedAt, "updatedAt");
    requireNonNull(numericMode, "numericMode");
  }

  /// The states of a run; the last four are terminal.
  public enum Status {
    SUBMITTED,
    WORKING,
    INPUT_NEEDED,
    COMPLETED,
    FAILED,
    CANCELLED,
    REFUSED;

    public boolean terminal() {
      return switch (this) {
        case SUBMITTED, WORKING, INPUT_NEEDED -> false;
        case COMPLETED, FAILED, CANCELLED, REFUSED -> true;
      };
    }
  }
}
