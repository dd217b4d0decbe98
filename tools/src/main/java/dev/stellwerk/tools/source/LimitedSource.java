package dev.stellwerk.tools.source;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.ResultLimits;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;

/// Keeps a source's results within limits of its own, tighter than the dispatcher's.
public final class LimitedSource extends DecoratedSource {
  private final ResultLimits limits;

  public LimitedSource(ToolSource source, ResultLimits limits) {
    super(source);
    this.limits = requireNonNull(limits, "limits");
  }

  @Override
  public Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException {
    return limits.apply(source().call(call, context));
  }
}
