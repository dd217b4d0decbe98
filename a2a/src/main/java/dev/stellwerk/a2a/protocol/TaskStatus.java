package dev.stellwerk.a2a.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// Where a task stands.
///
/// @param timestamp ISO 8601, UTC, milliseconds (section 5.6.1)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskStatus(TaskState state, @Nullable Message message, @Nullable String timestamp) {
  @SuppressWarnings(
      "NullAway") // Jackson passes null for absent fields, whatever the annotation says.
  public TaskStatus {
    state = state == null ? TaskState.TASK_STATE_UNSPECIFIED : state;
  }
}
