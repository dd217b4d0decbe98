package dev.stellwerk.a2a;

import dev.stellwerk.a2a.protocol.Artifact;
import dev.stellwerk.a2a.protocol.Message;
import dev.stellwerk.a2a.protocol.Part;
import dev.stellwerk.a2a.protocol.Task;
import dev.stellwerk.a2a.protocol.TaskState;
import dev.stellwerk.a2a.protocol.TaskStatus;
import dev.stellwerk.tools.agent.RunState;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A run, as A2A shows it.
final class TaskView {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private TaskView() {}

  /// @param historyLength how many messages to show; 0 for none (section 3.2.4)
  static Task of(RunState run, int historyLength) {
    TaskState state = state(run.status());
    List<Artifact> artifacts =
        state == TaskState.TASK_STATE_COMPLETED
            ? List.of(new Artifact(run.id() + "-answer", "answer", List.of(Part.text(run.text()))))
            : List.of();
    Message request =
        new Message(
            run.id() + "-request",
            run.contextId(),
            run.id().value(),
            Message.ROLE_USER,
            List.of(Part.text(run.request())),
            null);
    return new Task(
        run.id().value(),
        run.contextId(),
        new TaskStatus(state, statusMessage(run, state), timestamp(run.updatedAt())),
        artifacts,
        historyLength == 0 ? List.of() : List.of(request));
  }

  /// A completed task speaks through its artifact; every other state says why in words, where there
  /// are any.
  private static @Nullable Message statusMessage(RunState run, TaskState state) {
    if (state == TaskState.TASK_STATE_COMPLETED || run.text().isEmpty()) {
      return null;
    }
    return new Message(
        run.id() + "-" + run.lastSequence(),
        run.contextId(),
        run.id().value(),
        Message.ROLE_AGENT,
        List.of(Part.text(run.text())),
        null);
  }

  private static TaskState state(RunState.Status status) {
    return switch (status) {
      case SUBMITTED -> TaskState.TASK_STATE_SUBMITTED;
      case WORKING -> TaskState.TASK_STATE_WORKING;
      case INPUT_NEEDED -> TaskState.TASK_STATE_INPUT_REQUIRED;
      case COMPLETED -> TaskState.TASK_STATE_COMPLETED;
      case FAILED -> TaskState.TASK_STATE_FAILED;
      case CANCELLED -> TaskState.TASK_STATE_CANCELED;
      case REFUSED -> TaskState.TASK_STATE_REJECTED;
    };
  }

  private static String timestamp(Instant instant) {
    return TIMESTAMP.format(instant);
  }
}
