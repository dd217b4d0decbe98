package dev.stellwerk.runtime.agent;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.Approver;
import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.CallListener;
import dev.stellwerk.tools.Dispatcher;
import dev.stellwerk.tools.SelectorLimits;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolCatalog;
import dev.stellwerk.tools.ToolSelector;
import java.util.List;
import java.util.Set;

/// The tools of a catalogue.
public final class CatalogToolbox implements Toolbox {
  private final ToolCatalog catalog;
  private final Dispatcher dispatcher;
  private final Approver approver;
  private final SelectorLimits limits;

  public CatalogToolbox(
      ToolCatalog catalog, Dispatcher dispatcher, Approver approver, SelectorLimits limits) {
    this.catalog = requireNonNull(catalog, "catalog");
    this.dispatcher = requireNonNull(dispatcher, "dispatcher");
    this.approver = requireNonNull(approver, "approver");
    this.limits = requireNonNull(limits, "limits");
  }

  @Override
  public List<Tool.Spec> offer(String request) {
    return new ToolSelector(catalog.snapshot().specs(), limits).select(request, Set.of());
  }

  @Override
  public List<Tool.Result> call(List<Tool.Call> calls, CallContext context, CallListener listener)
      throws InterruptedException {
    return dispatcher.dispatch(catalog.snapshot(), calls, context, approver, listener);
  }
}
