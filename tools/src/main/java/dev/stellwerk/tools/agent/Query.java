package dev.stellwerk.tools.agent;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/// Which runs to list, newest first.
///
/// @param pageToken of the previous page, or empty
/// @param pageSize 1 to [#PAGE_SIZE_MAX]
public record Query(
    Optional<RunState.Status> status, Optional<String> contextId, String pageToken, int pageSize) {
  public static final int PAGE_SIZE_MAX = 100;

  public Query {
    requireNonNull(status, "status");
    requireNonNull(contextId, "contextId");
    requireNonNull(pageToken, "pageToken");
    if (pageSize < 1 || pageSize > PAGE_SIZE_MAX) {
      throw new IllegalArgumentException(
          "page size " + pageSize + " is not in 1.." + PAGE_SIZE_MAX);
    }
  }
}
