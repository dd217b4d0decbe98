package dev.stellwerk.tools.agent;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// What a run is asked to do.
///
/// @param request the request in plain words
/// @param contextId groups runs of one conversation; empty for none
/// @param ancestors agents already on the delegation path, nearest last
public record AgentTask(String request, String contextId, List<String> ancestors) {
  public AgentTask {
    requireNonNull(contextId, "contextId");
    ancestors = List.copyOf(ancestors);
    if (request.isBlank()) {
      throw new IllegalArgumentException("the request is empty");
    }
  }

  public static AgentTask of(String request) {
    return new AgentTask(request, "", List.of());
  }
}
