package dev.stellwerk.a2a;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.a2a.protocol.A2aJson;
import dev.stellwerk.a2a.protocol.Message;
import dev.stellwerk.a2a.protocol.Part;
import dev.stellwerk.tools.agent.AgentEvent;
import dev.stellwerk.tools.agent.AgentPort;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.EventCursor;
import dev.stellwerk.tools.agent.Page;
import dev.stellwerk.tools.agent.Query;
import dev.stellwerk.tools.agent.Reply;
import dev.stellwerk.tools.agent.RunId;
import dev.stellwerk.tools.agent.RunState;
import dev.stellwerk.tools.agent.UnknownRunException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// What the methods of the protocol do, on runs of the agent.
final class TaskOperations {
  private static final int HISTORY_ALL = Integer.MAX_VALUE;
  private static final int PAGE_SIZE_DEFAULT = 50;
  private static final int MESSAGE_ID_CHARS_MAX = 256;

  private final AgentPort agent;
  private final AgentProfile profile;
  private final Duration sendWait;

  TaskOperations(AgentPort agent, AgentProfile profile, Duration sendWait) {
    this.agent = agent;
    this.profile = profile;
    this.sendWait = sendWait;
  }

  /// Section 3.1.1: starts or continues a task and, unless told otherwise, waits until it ends or
  /// needs an answer.
  JsonNode send(JsonNode params, Caller caller) throws InterruptedException {
    Message message = message(params);
    RunId run = message.taskId() == null ? start(message, caller) : resume(message, caller);
    JsonNode configuration = params.path("configuration");
    if (!configuration.path("returnImmediately").asBoolean(false)) {
      await(caller, run);
    }
    ObjectNode result = A2aJson.MAPPER.createObjectNode();
    result.set("task", tree(state(caller, run), historyLength(configuration)));
    return result;
  }

  JsonNode get(JsonNode params, Caller caller) {
    return tree(state(caller, runId(params)), historyLength(params));
  }

  /// Section 3.1.5: a task that has ended cannot be cancelled.
  JsonNode cancel(JsonNode params, Caller caller) throws InterruptedException {
    RunState run = state(caller, runId(params));
    if (run.status().terminal()) {
      throw new A2aException(
          A2aError.TASK_NOT_CANCELABLE,
          "Task is already " + run.status().name().toLowerCase(Locale.ROOT));
    }
    agent.cancel(caller, run.id());
    await(caller, run.id());
    return tree(state(caller, run.id()), HISTORY_ALL);
  }

  /// Section 3.1.4: newest first, the caller's own only, artifacts on request.
  JsonNode list(JsonNode params, Caller caller) {
    Page<RunState> page;
    try {
      page =
          agent.list(
              caller,
              new Query(
                  Optional.empty(),
                  Optional.of(params.path("contextId").asText("")).filter(id -> !id.isEmpty()),
                  params.path("pageToken").asText(""),
                  params.path("pageSize").asInt(PAGE_SIZE_DEFAULT)));
    } catch (IllegalArgumentException e) {
      throw new A2aException(A2aError.INVALID_PARAMS, String.valueOf(e.getMessage()));
    }
    boolean artifacts = params.path("includeArtifacts").asBoolean(false);
    ObjectNode result = A2aJson.MAPPER.createObjectNode();
    ArrayNode tasks = result.putArray("tasks");
    for (RunState run : page.items()) {
      ObjectNode task = tree(run, historyLength(params));
      if (!artifacts) {
        task.remove("artifacts");
      }
      tasks.add(task);
    }
    return result
        .put("nextPageToken", page.nextToken())
        .put("pageSize", page.items().size())
        .put("totalSize", page.items().size());
  }

  private RunId start(Message message, Caller caller) {
    List<String> ancestors = DelegationChain.read(message.metadata());
    if (ancestors.contains(profile.url())) {
      throw new A2aException(
          A2aError.UNSUPPORTED_OPERATION,
          "the task came from this agent; delegating it back would never end");
    }
    String context =
        message.contextId() == null ? UUID.randomUUID().toString() : message.contextId();
    // The same message sent again, after a lost answer, is the same task (section 3.3.1).
    return agent.submit(
        caller, "a2a:" + message.messageId(), new AgentTask(message.text(), context, ancestors));
  }

  /// Sections 3.4.1 to 3.4.3: a message to a task that exists.
  private RunId resume(Message message, Caller caller) {
    RunState run = state(caller, parse(String.valueOf(message.taskId())));
    if (message.contextId() != null && !message.contextId().equals(run.contextId())) {
      throw new A2aException(
          A2aError.INVALID_PARAMS, "message.contextId is not the context of task " + run.id());
    }
    if (run.status() != RunState.Status.INPUT_NEEDED) {
      throw new A2aException(
          A2aError.UNSUPPORTED_OPERATION,
          "task " + run.id() + " takes no message now: it is " + run.status().name());
    }
    agent.answer(caller, run.id(), pendingRequest(caller, run), new Reply.Input(message.text()));
    return run.id();
  }

  /// The request that the run waits on: the newest one in its events.
  private String pendingRequest(Caller caller, RunState run) {
    String pending = "";
    try (EventCursor events = agent.follow(caller, run.id(), 0)) {
      Optional<AgentEvent> event = events.next(Duration.ZERO);
      while (event.isPresent()) {
        if (event.get() instanceof AgentEvent.InputNeeded needed) {
          pending = needed.requestId();
        }
        event = events.next(Duration.ZERO);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return pending;
  }

  /// Waits until the run ends or needs an answer, at most [#sendWait].
  private void await(Caller caller, RunId run) throws InterruptedException {
    long end = System.nanoTime() + sendWait.toNanos();
    RunState state = state(caller, run);
    try (EventCursor events = agent.follow(caller, run, state.lastSequence())) {
      while (!state.status().terminal() && state.status() != RunState.Status.INPUT_NEEDED) {
        long left = end - System.nanoTime();
        if (left <= 0 || events.next(Duration.ofNanos(left)).isEmpty()) {
          return;
        }
        state = state(caller, run);
      }
    }
  }

  private RunState state(Caller caller, RunId run) {
    return agent.get(caller, run).orElseThrow(() -> new UnknownRunException(run));
  }

  private static Message message(JsonNode params) {
    if (!params.path("message").isObject()) {
      throw new A2aException(A2aError.INVALID_PARAMS, "message is missing");
    }
    Message message;
    try {
      message = A2aJson.MAPPER.treeToValue(params.get("message"), Message.class);
    } catch (JsonProcessingException e) {
      throw new A2aException(A2aError.INVALID_PARAMS, "message: " + e.getOriginalMessage());
    }
    if (message.messageId().isEmpty() || message.messageId().length() > MESSAGE_ID_CHARS_MAX) {
      throw new A2aException(
          A2aError.INVALID_PARAMS,
          "message.messageId must have 1 to " + MESSAGE_ID_CHARS_MAX + " characters");
    }
    if (!message.role().equals(Message.ROLE_USER)) {
      throw new A2aException(A2aError.INVALID_PARAMS, "message.role must be " + Message.ROLE_USER);
    }
    if (message.parts().isEmpty()) {
      throw new A2aException(A2aError.INVALID_PARAMS, "message.parts is empty");
    }
    for (Part part : message.parts()) {
      if (part.text() == null) {
        throw new A2aException(
            A2aError.CONTENT_TYPE_NOT_SUPPORTED, "this agent reads text parts only");
      }
    }
    if (message.text().isBlank()) {
      throw new A2aException(A2aError.INVALID_PARAMS, "message.parts hold no text");
    }
    return message;
  }

  private static RunId runId(JsonNode params) {
    String id = params.path("id").asText("");
    if (id.isEmpty()) {
      throw new A2aException(A2aError.INVALID_PARAMS, "id is missing");
    }
    return parse(id);
  }

  /// An id that no run of ours could have is simply not found.
  private static RunId parse(String id) {
    try {
      return new RunId(id);
    } catch (IllegalArgumentException e) {
      throw new A2aException(A2aError.TASK_NOT_FOUND, "Task not found");
    }
  }

  private static int historyLength(JsonNode params) {
    int length = params.path("historyLength").asInt(HISTORY_ALL);
    if (length < 0) {
      throw new A2aException(A2aError.INVALID_PARAMS, "historyLength is negative");
    }
    return length;
  }

  private static ObjectNode tree(RunState run, int historyLength) {
    return A2aJson.MAPPER.valueToTree(TaskView.of(run, historyLength));
  }
}
