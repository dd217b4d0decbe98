package dev.stellwerk.tools.source;

import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Glob;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import java.util.List;

/// Offers only the tools whose raw name an `allow` pattern matches (all, when there is none) and no
/// `deny` pattern does. The others do not exist for the caller.
public final class FilteredSource extends DecoratedSource {
  private final List<String> allow;
  private final List<String> deny;

  public FilteredSource(ToolSource source, List<String> allow, List<String> deny) {
    super(source);
    this.allow = List.copyOf(allow);
    this.deny = List.copyOf(deny);
  }

  @Override
  public List<Tool.Spec> list() {
    return source().list().stream().filter(spec -> passes(spec.name())).toList();
  }

  @Override
  public Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException {
    return passes(call.tool())
        ? source().call(call, context)
        : new Tool.Result.Failure(
            call.id(), Tool.Reason.UNKNOWN_TOOL, "there is no tool '" + call.tool() + "'", false);
  }

  private boolean passes(String offeredName) {
    String raw = source().rawName(offeredName);
    return (allow.isEmpty() || allow.stream().anyMatch(pattern -> Glob.matches(pattern, raw)))
        && deny.stream().noneMatch(pattern -> Glob.matches(pattern, raw));
  }
}
