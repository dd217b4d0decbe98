package dev.stellwerk.tools.source;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolNames;
import dev.stellwerk.tools.ToolSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Offers a source's tools as `<source>_<tool>`, so that two sources never meet in a name.
public final class PrefixedSource extends DecoratedSource {
  private volatile Map<String, String> inner = Map.of();

  public PrefixedSource(ToolSource source) {
    super(source);
  }

  @Override
  public List<Tool.Spec> list() {
    Map<String, String> names = new HashMap<>();
    List<Tool.Spec> offered = new ArrayList<>();
    for (Tool.Spec spec : source().list()) {
      String name = ToolNames.prefixed(name(), spec.name());
      names.putIfAbsent(name, spec.name()); // the catalogue refuses the second of two equal names
      offered.add(spec.withName(name));
    }
    inner = Map.copyOf(names);
    return offered;
  }

  @Override
  public Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException {
    String name = innerName(call.tool());
    return source().call(call.withTool(name), context);
  }

  @Override
  public String rawName(String offeredName) {
    return source().rawName(innerName(offeredName));
  }

  private String innerName(String offeredName) {
    return requireNonNull(inner.getOrDefault(offeredName, offeredName));
  }
}
