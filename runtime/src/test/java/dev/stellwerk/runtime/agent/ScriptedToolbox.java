package dev.stellwerk.runtime.agent;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.CallListener;
import dev.stellwerk.tools.Tool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// Tools that do what a test wrote down.
public final class ScriptedToolbox implements Toolbox {
  /// One tool.
  @FunctionalInterface
  public interface Answer {
    Tool.Result to(Tool.Call call) throws InterruptedException;
  }

  private final Map<String, Answer> tools = new LinkedHashMap<>();
  final List<String> refused = new ArrayList<>();
  final List<String> asked = new ArrayList<>();
  final List<Tool.Call> dispatched = new CopyOnWriteArrayList<>();
  final List<CallContext> contexts = new CopyOnWriteArrayList<>();
  Runnable beforeDispatch = () -> {};

  public ScriptedToolbox with(String name, Answer answer) {
    tools.put(name, answer);
    return this;
  }

  public ScriptedToolbox saying(String name, String text) {
    return with(name, call -> Tool.Result.Success.text(call.id(), text));
  }

  public ScriptedToolbox failing(String name, String message) {
    return with(
        name, call -> new Tool.Result.Failure(call.id(), Tool.Reason.TOOL_ERROR, message, false));
  }

  public void without(String name) {
    tools.remove(name);
  }

  @Override
  public List<Tool.Spec> offer(String request) {
    return tools.keySet().stream()
        .map(
            name ->
                new Tool.Spec(
                    name,
                    "Does " + name + ".",
                    JsonNodeFactory.instance.objectNode().put("type", "object"),
                    Optional.empty(),
                    Tool.Effects.READ_ONLY))
        .toList();
  }

  @Override
  public List<Tool.Result> call(List<Tool.Call> calls, CallContext context, CallListener listener)
      throws InterruptedException {
    calls.stream().filter(call -> asked.contains(call.tool())).forEach(listener::asking);
    listener.starting(
        calls.stream()
            .filter(call -> !refused.contains(call.tool()))
            .map(
                call ->
                    new CallListener.Starting(
                        call, "scripted", call.tool(), Tool.Effects.READ_ONLY, call.id()))
            .toList());
    beforeDispatch.run();
    List<Tool.Result> results = new ArrayList<>();
    for (Tool.Call call : calls) {
      if (refused.contains(call.tool())) {
        results.add(
            new Tool.Result.Failure(call.id(), Tool.Reason.DENIED, "not allowed here", false));
        continue;
      }
      dispatched.add(call);
      contexts.add(context);
      Answer answer = tools.get(call.tool());
      if (answer == null) {
        throw new IllegalStateException("no such tool: " + call.tool());
      }
      results.add(answer.to(call));
    }
    return results;
  }
}
