package dev.stellwerk.tools.builtin;

import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.DirectoryIteratorException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The built-in tools as one source: every end of a tool is a result.
final class BuiltinSource implements ToolSource {
  private static final Logger LOG = LoggerFactory.getLogger(BuiltinSource.class);

  private final Map<String, BuiltinTool> tools = new LinkedHashMap<>();

  BuiltinSource(List<BuiltinTool> tools) {
    tools.forEach(tool -> this.tools.put(tool.spec().name(), tool));
  }

  @Override
  public String name() {
    return BuiltinTools.SOURCE;
  }

  @Override
  public List<Tool.Spec> list() {
    return tools.values().stream().map(BuiltinTool::spec).toList();
  }

  @Override
  public Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException {
    BuiltinTool tool = tools.get(call.tool());
    if (tool == null) {
      return failure(call, Tool.Reason.UNKNOWN_TOOL, "there is no tool '" + call.tool() + "'");
    }
    try {
      return Tool.Result.Success.text(call.id(), tool.run(new Arguments(call.arguments())));
    } catch (ToolFailure e) {
      return failure(call, e.reason(), e.text());
    } catch (ClosedByInterruptException e) {
      throw interrupted(e);
    } catch (DirectoryIteratorException e) {
      return failure(call, Tool.Reason.TOOL_ERROR, "the folder cannot be listed to its end");
    } catch (IOException e) {
      LOG.warn("built-in tool '{}' failed", call.tool(), e);
      return failure(call, Tool.Reason.TOOL_ERROR, IoMessages.of(e));
    }
  }

  private static InterruptedException interrupted(IOException cause) {
    InterruptedException interrupted = new InterruptedException("interrupted in a file operation");
    interrupted.initCause(cause);
    return interrupted;
  }

  private static Tool.Result failure(Tool.Call call, Tool.Reason reason, String message) {
    return new Tool.Result.Failure(call.id(), reason, message, false);
  }
}
