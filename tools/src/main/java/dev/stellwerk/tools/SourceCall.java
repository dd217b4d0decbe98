package dev.stellwerk.tools;

import dev.stellwerk.tools.Schemas.UnusableSchemaException;
import dev.stellwerk.tools.Tool.Call;
import dev.stellwerk.tools.Tool.Reason;
import dev.stellwerk.tools.Tool.Result;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One call of a source, whose every end is a result: caps and the output schema are checked, and
/// what is thrown becomes a failure.
final class SourceCall {
  private static final Logger LOG = LoggerFactory.getLogger(SourceCall.class);

  private final ToolCatalog.Entry entry;
  private final Call call;
  private final CallContext context;
  private final ResultLimits limits;
  private final Schemas schemas;

  SourceCall(
      ToolCatalog.Entry entry,
      Call call,
      CallContext context,
      ResultLimits limits,
      Schemas schemas) {
    this.entry = entry;
    this.call = call;
    this.context = context;
    this.limits = limits;
    this.schemas = schemas;
  }

  // A tool may fail in any way, a StackOverflowError included, and its siblings must not notice.
  @SuppressWarnings({"CatchingThrowable", "ThrowableNotThrown"})
  Result run() {
    try {
      Result result = entry.source().call(call, context);
      if (result == null) {
        return failure(Reason.TOOL_ERROR, "the tool returned nothing", false);
      }
      return checkOutput(limits.apply(result.withCallId(call.id())));
    } catch (InterruptedException e) {
      // The thread is this call's own and ends here: nobody else needs the flag.
      return failure(Reason.CANCELLED, "the call was cancelled", retryable());
    } catch (Throwable t) {
      LOG.warn("tool '{}' of '{}' threw", entry.rawName(), entry.sourceName(), t);
      return failure(Reason.TOOL_ERROR, "the tool failed: " + Failures.describe(t), retryable());
    }
  }

  /// The result when the deadline passes first.
  Result timedOut() {
    return failure(Reason.TIMEOUT, "the tool did not answer in time", retryable());
  }

  private Result checkOutput(Result result) {
    if (!(result instanceof Result.Success success) || entry.spec().outputSchema().isEmpty()) {
      return result;
    }
    if (success.structured().isEmpty()) {
      return failure(
          Reason.INVALID_RESULT, "the tool left out the structured result it declares", false);
    }
    try {
      Optional<String> problem =
          schemas.problems(entry.spec().outputSchema().get(), success.structured().get());
      return problem.isEmpty()
          ? result
          : failure(
              Reason.INVALID_RESULT,
              "the result breaks the schema that the tool declares: " + problem.get(),
              false);
    } catch (UnusableSchemaException e) {
      return failure(
          Reason.INVALID_RESULT,
          "the output schema that the tool declares cannot be used: " + e.getMessage(),
          false);
    }
  }

  private boolean retryable() {
    return entry.spec().effects().retryable();
  }

  private Result.Failure failure(Reason reason, String message, boolean retryable) {
    return new Result.Failure(call.id(), reason, message, retryable);
  }
}
