package dev.stellwerk.a2a.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.stream.Collectors;

/// A unit of work that an agent took on.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Task(
    String id,
    String contextId,
    TaskStatus status,
    List<Artifact> artifacts,
    List<Message> history) {
  @SuppressWarnings(
      "NullAway") // Jackson passes null for absent fields, whatever the annotation says.
  public Task {
    id = id == null ? "" : id;
    contextId = contextId == null ? "" : contextId;
    status = status == null ? new TaskStatus(TaskState.TASK_STATE_UNSPECIFIED, null, null) : status;
    artifacts = artifacts == null ? List.of() : List.copyOf(artifacts);
    history = history == null ? List.of() : List.copyOf(history);
  }

  /// The text of all artifacts, a paragraph each.
  public String artifactText() {
    return artifacts.stream()
        .flatMap(artifact -> artifact.parts().stream())
        .map(part -> part.text() == null ? "" : part.text())
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("\n\n"));
  }
}
