package dev.stellwerk.a2a.protocol;

/// The life cycle of a task (specification, section 4.1.3).
public enum TaskState {
  TASK_STATE_UNSPECIFIED,
  TASK_STATE_SUBMITTED,
  TASK_STATE_WORKING,
  TASK_STATE_COMPLETED,
  TASK_STATE_FAILED,
  TASK_STATE_CANCELED,
  TASK_STATE_INPUT_REQUIRED,
  TASK_STATE_REJECTED,
  TASK_STATE_AUTH_REQUIRED;

  /// Whether nothing more can happen to the task.
  public boolean terminal() {
    return switch (this) {
      case TASK_STATE_COMPLETED, TASK_STATE_FAILED, TASK_STATE_CANCELED, TASK_STATE_REJECTED ->
          true;
      case TASK_STATE_UNSPECIFIED,
          TASK_STATE_SUBMITTED,
          TASK_STATE_WORKING,
          TASK_STATE_INPUT_REQUIRED,
          TASK_STATE_AUTH_REQUIRED ->
          false;
    };
  }
}
