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
  private volatile Index latest;

  private record Index(ToolCatalog.Snapshot snapshot, ToolSelector selector) {}

  public CatalogToolbox(
      ToolCatalog catalog, Dispatcher dispatcher, Approver approver, SelectorLimits limits) {
    this.catalog = requireNonNull(catalog, "catalog");
    this.dispatcher = requireNonNull(dispatcher, "dispatcher");
    this.approver = requireNonNull(approver, "approver");
    this.limits = requireNonNull(limits, "limits");
    ToolCatalog.Snapshot snapshot = catalog.snapshot();
    this.latest = new Index(snapshot, new ToolSelector(snapshot.specs(), limits));
  }

  @Override
  public List<Tool.Spec> offer(String request) {
    return index().selector().select(request, Set.of());
  }

  /// Indexing a large catalogue takes longer than searching it: done once a snapshot.
  private Index index() {
    ToolCatalog.Snapshot snapshot = catalog.snapshot();
    Index current = latest;
    if (current.snapshot() != snapshot) {
      current = new Index(snapshot, new ToolSelector(snapshot.specs(), limits));
      latest = current;
    }
    return current;
  }

  @Override
  public List<Tool.Result> call(List<Tool.Call> calls, CallContext context, CallListener listener)
      throws InterruptedException {
    Approver telling =
        request -> {
          listener.asking(request.call());
          return approver.approve(request);
        };
    return dispatcher.dispatch(catalog.snapshot(), calls, context, telling, listener);
  }
}
