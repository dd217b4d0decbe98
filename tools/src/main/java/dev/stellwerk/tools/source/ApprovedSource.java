package dev.stellwerk.tools.source;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.Approver;
import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import java.util.List;

/// Asks before every call that is not known to be read-only.
///
/// For callers without a [dev.stellwerk.tools.Dispatcher], which asks by policy.
public final class ApprovedSource extends DecoratedSource {
  private final Approver approver;

  public ApprovedSource(ToolSource source, Approver approver) {
    super(source);
    this.approver = requireNonNull(approver, "approver");
  }

  @Override
  public Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException {
    Tool.Effects effects = effects(source().list(), call.tool());
    String raw = rawName(call.tool());
    if (effects.readOnly()
        || approver.approve(new Approver.Request(name(), raw, effects, call, context))) {
      return source().call(call, context);
    }
    return new Tool.Result.Failure(
        call.id(), Tool.Reason.DENIED, "'" + call.tool() + "' was not approved", false);
  }

  private static Tool.Effects effects(List<Tool.Spec> specs, String tool) {
    for (Tool.Spec spec : specs) {
      if (spec.name().equals(tool)) {
        return spec.effects();
      }
    }
    return Tool.Effects.UNKNOWN;
  }
}
