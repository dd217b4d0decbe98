package dev.stellwerk.tools;

import dev.stellwerk.tools.Schemas.UnusableSchemaException;
import dev.stellwerk.tools.Tool.Call;
import dev.stellwerk.tools.Tool.Reason;
import dev.stellwerk.tools.Tool.Result;
import java.util.Optional;

/// Decides whether a call may be made: is the tool known, do the arguments satisfy its schema, does
/// the policy allow it, does a person approve. Touches no source.
final class CallPlanner {
  private static final int NAME_SHOWN_CHARS_MAX = 80;

  private final ToolPolicy policy;
  private final Schemas schemas;

  CallPlanner(ToolPolicy policy, Schemas schemas) {
    this.policy = policy;
    this.schemas = schemas;
  }

  /// What the planner decided.
  sealed interface Plan {
    /// The call may be made.
    record Ready(ToolCatalog.Entry entry, Call call, String idempotencyKey) implements Plan {
      CallListener.Starting starting() {
        return new CallListener.Starting(
            call, entry.sourceName(), entry.rawName(), entry.spec().effects(), idempotencyKey);
      }
    }

    /// The call is not made; the model reads why.
    record Refused(Result.Failure failure) implements Plan {}
  }

  Plan plan(ToolCatalog.Snapshot tools, Call call, CallContext run, Approver approver)
      throws InterruptedException {
    Optional<ToolCatalog.Entry> found = tools.find(call.tool());
    if (found.isEmpty()) {
      String name = Descriptions.shorten(call.tool(), NAME_SHOWN_CHARS_MAX);
      return refused(call, Reason.UNKNOWN_TOOL, "there is no tool called '" + name + "'");
    }
    ToolCatalog.Entry entry = found.get();
    Optional<String> problem = argumentProblem(entry, call);
    if (problem.isPresent()) {
      return refused(call, Reason.INVALID_ARGUMENTS, problem.get());
    }
    Optional<String> denial = denial(entry, call, run, approver);
    if (denial.isPresent()) {
      return refused(call, Reason.DENIED, denial.get());
    }
    return new Plan.Ready(entry, call, run.forCall(call.id(), run.deadline()).idempotencyKey());
  }

  static Plan.Refused refused(Call call, Reason reason, String message) {
    return new Plan.Refused(new Result.Failure(call.id(), reason, message, false));
  }

  private Optional<String> argumentProblem(ToolCatalog.Entry entry, Call call) {
    if (!call.arguments().isObject()) {
      return Optional.of("the arguments are not an object");
    }
    try {
      return schemas
          .problems(entry.spec().inputSchema(), call.arguments())
          .map(problem -> "the arguments do not fit '" + call.tool() + "': " + problem);
    } catch (UnusableSchemaException e) {
      return Optional.of(
          "the input schema of '%s' cannot be used: %s".formatted(call.tool(), e.getMessage()));
    }
  }

  private Optional<String> denial(
      ToolCatalog.Entry entry, Call call, CallContext run, Approver approver)
      throws InterruptedException {
    Tool.Effects effects = entry.spec().effects();
    return switch (policy.decide(entry.sourceName(), entry.rawName(), effects)) {
      case ALLOW -> Optional.empty();
      case DENY -> Optional.of("the policy denies '" + call.tool() + "'");
      case ASK -> {
        Approver.Request request =
            new Approver.Request(entry.sourceName(), entry.rawName(), effects, call, run);
        yield approver.approve(request)
            ? Optional.empty()
            : Optional.of("'" + call.tool() + "' needs approval, which was not given");
      }
    };
  }
}
