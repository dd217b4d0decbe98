package dev.stellwerk.tools;

import static java.util.Objects.requireNonNull;

/// Bounds of a dispatcher.
///
/// @param callTimeoutMillis how long one call may take, waiting for a free place included
/// @param callsMax calls of one dispatch (one turn of the model); those after are refused
/// @param parallelCallsMax calls that run at once, over all runs; more wait for a place
/// @param abandonedCallsMax calls that went on after their deadline and may still hang; while there
///   are so many, new calls are refused
/// @param results caps of what a call may return
public record DispatchLimits(
    int callTimeoutMillis,
    int callsMax,
    int parallelCallsMax,
    int abandonedCallsMax,
    ResultLimits results) {
  public static final DispatchLimits DEFAULT =
      new DispatchLimits(60_000, 32, 32, 32, ResultLimits.DEFAULT);

  public DispatchLimits {
    Checks.positive("callTimeoutMillis", callTimeoutMillis);
    Checks.positive("callsMax", callsMax);
    Checks.positive("parallelCallsMax", parallelCallsMax);
    Checks.positive("abandonedCallsMax", abandonedCallsMax);
    requireNonNull(results, "results");
  }
}
