package dev.stellwerk.mcp.server;

import dev.stellwerk.tools.agent.AgentPort;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.OverloadedException;
import dev.stellwerk.tools.agent.RunState;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.server.McpAsyncServerExchange;
import io.modelcontextprotocol.server.McpServerFeatures;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// The tool `run_task` as the SDK's server offers it, for one connection.
final class RunTaskTool {
  static final String NAME = "run_task";

  private static final System.Logger LOG = System.getLogger(RunTaskTool.class.getName());

  private static final String INPUT_SCHEMA =
      """
      {"type": "object",
       "properties": {"request": {"type": "string", "description": "What to do, in plain words."}},
       "required": ["request"],
       "additionalProperties": false}
      """;

  private static final String OUTPUT_SCHEMA =
      """
      {"type": "object",
       "properties": {
         "answer": {"type": "string"},
         "status": {"enum": ["completed", "failed", "cancelled", "refused"]},
         "runId": {"type": "string"},
         "tool_calls": {
           "type": "array",
           "items": {
             "type": "object",
             "properties": {"tool": {"type": "string"}, "succeeded": {"type": "boolean"}},
             "required": ["tool", "succeeded"]}}},
       "required": ["answer", "status", "tool_calls"]}
      """;

  private final AgentPort agent;
  private final Caller caller;
  private final McpServerLimits limits;

  /// Makes keys of request ids, which every client counts from the same start.
  private final String connection = UUID.randomUUID().toString();

  private final Map<Object, RunTask> running = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Scheduler scheduler = Schedulers.fromExecutorService(threads);

  RunTaskTool(AgentPort agent, Caller caller, McpServerLimits limits) {
    this.agent = agent;
    this.caller = caller;
    this.limits = limits;
  }

  McpServerFeatures.AsyncToolSpecification specification(McpJsonMapper json) {
    McpSchema.Tool tool =
        McpSchema.Tool.builder(NAME, json, INPUT_SCHEMA)
            .title("Run a task")
            .description(
                "Gives a task in plain words to the Stellwerk agent, which carries it out with its"
                    + " own tools and answers when it is done.")
            .outputSchema(json, OUTPUT_SCHEMA)
            .annotations(
                McpSchema.ToolAnnotations.builder()
                    .readOnlyHint(false)
                    .destructiveHint(true)
                    .idempotentHint(false)
                    .openWorldHint(true)
                    .build())
            .build();
    return McpServerFeatures.AsyncToolSpecification.builder()
        .tool(tool)
        .callHandler(this::handle)
        .build();
  }

  /// Stops the run that a request started, if there is one.
  void cancel(Object requestId) {
    RunTask task = running.get(requestId);
    if (task != null) {
      task.cancel();
    }
  }

  /// Stops all runs and waits a bounded time for them to end.
  void stop() throws InterruptedException {
    running.values().forEach(RunTask::cancel);
    threads.shutdown();
    if (!threads.awaitTermination(limits.stopTimeoutMillis(), TimeUnit.MILLISECONDS)) {
      threads.shutdownNow();
    }
  }

  /// Registers the task before anything runs, so that a cancellation right behind its request finds
  /// it.
  private Mono<McpSchema.CallToolResult> handle(
      McpAsyncServerExchange exchange, McpSchema.CallToolRequest request) {
    Object id = exchange.transportContext().get(StdioConnection.REQUEST_ID);
    RunTask task = new RunTask(agent, caller, limits, progress(exchange, request));
    running.put(id, task);
    return Mono.fromCallable(() -> run(task, connection + ":" + id, request.arguments()))
        .subscribeOn(scheduler)
        .doFinally(ended -> running.remove(id));
  }

  private McpSchema.CallToolResult run(
      RunTask task, String key, @Nullable Map<String, Object> arguments)
      throws InterruptedException {
    Object request = arguments == null ? null : arguments.get("request");
    if (!(request instanceof String text) || text.isBlank()) {
      return error("'request' must be a text that says what to do");
    }
    if (text.length() > limits.requestCharsMax()) {
      return error("'request' is longer than " + limits.requestCharsMax() + " characters");
    }
    try {
      return result(task.run(key, text));
    } catch (OverloadedException e) {
      return error(
          "The agent is busy; try again in %d s.".formatted(1 + e.retryAfter().toSeconds()));
    }
  }

  /// Tells the client, where it asked to be told, what the run does.
  private static Consumer<String> progress(
      McpAsyncServerExchange exchange, McpSchema.CallToolRequest request) {
    Object token = request.meta() == null ? null : request.meta().get("progressToken");
    if (token == null) {
      return text -> {};
    }
    AtomicInteger steps = new AtomicInteger();
    return text ->
        exchange
            .progressNotification(
                McpSchema.ProgressNotification.builder(token, steps.incrementAndGet())
                    .message(text)
                    .build())
            .subscribe(
                ignored -> {}, e -> LOG.log(System.Logger.Level.DEBUG, "progress was not sent", e));
  }

  private static McpSchema.CallToolResult result(RunTask.Outcome outcome) {
    RunState state = outcome.state().orElse(null);
    boolean completed = state != null && state.status() == RunState.Status.COMPLETED;
    String text = text(outcome, state);
    Map<String, Object> structured = new LinkedHashMap<>();
    structured.put("answer", completed ? text : "");
    structured.put(
        "status", state == null ? "cancelled" : state.status().name().toLowerCase(Locale.ROOT));
    if (state != null) {
      structured.put("runId", state.id().value());
    }
    structured.put(
        "tool_calls",
        outcome.calls().stream()
            .map(made -> Map.of("tool", made.tool(), "succeeded", made.succeeded()))
            .toList());
    return McpSchema.CallToolResult.builder(List.of(McpSchema.TextContent.builder(text).build()))
        .structuredContent(structured)
        .isError(!completed)
        .build();
  }

  private static String text(RunTask.Outcome outcome, @Nullable RunState state) {
    if (!outcome.problem().isEmpty()) {
      return outcome.problem();
    }
    if (state == null || state.text().isEmpty()) {
      return state == null ? "the task did not end" : "the task ended as " + state.status();
    }
    return state.text();
  }

  private static McpSchema.CallToolResult error(String text) {
    return McpSchema.CallToolResult.builder(List.of(McpSchema.TextContent.builder(text).build()))
        .isError(true)
        .build();
  }
}
