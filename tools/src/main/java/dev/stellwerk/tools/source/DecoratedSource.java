package dev.stellwerk.tools.source;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import java.util.List;

/// Passes everything on; a decorator overrides what it changes.
abstract class DecoratedSource implements ToolSource {
  private final ToolSource source;

  DecoratedSource(ToolSource source) {
    this.source = requireNonNull(source, "source");
  }

  final ToolSource source() {
    return source;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public List<Tool.Spec> list() {
    return source.list();
  }

  @Override
  public Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException {
    return source.call(call, context);
  }

  @Override
  public String rawName(String offeredName) {
    return source.rawName(offeredName);
  }

  @Override
  public void close() {
    source.close();
  }
}
