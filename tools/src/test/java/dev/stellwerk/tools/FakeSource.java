package dev.stellwerk.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.RunId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A source whose tools are written in the test.
public final class FakeSource implements ToolSource {
  /// What a tool of the test does.
  @FunctionalInterface
  public interface Body {
    Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException;
  }

  public static final String ANYTHING = "{\"type\":\"object\"}";

  private final String name;
  private final List<Tool.Spec> specs = new ArrayList<>();
  private final Map<String, Body> bodies = new LinkedHashMap<>();
  public final AtomicInteger calls = new AtomicInteger();

  public FakeSource(String name) {
    this.name = name;
  }

  public static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static Tool.Spec spec(String tool, String description, String schema) {
    return new Tool.Spec(tool, description, json(schema), Optional.empty(), Tool.Effects.READ_ONLY);
  }

  public static CallContext run(Instant deadline) {
    return new CallContext(new RunId("r1"), Caller.LOCAL, deadline, "r1", List.of());
  }

  public FakeSource with(Tool.Spec spec, Body body) {
    specs.add(spec);
    bodies.putIfAbsent(spec.name(), body);
    return this;
  }

  public FakeSource with(Tool.Spec spec) {
    return with(spec, (call, context) -> Tool.Result.Success.text(call.id(), "ok"));
  }

  public FakeSource with(String tool, Body body) {
    return with(spec(tool, "Does " + tool + ".", ANYTHING), body);
  }

  public FakeSource with(String tool) {
    return with(tool, (call, context) -> Tool.Result.Success.text(call.id(), "did " + tool));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Tool.Spec> list() {
    return List.copyOf(specs);
  }

  @Override
  public Tool.Result call(Tool.Call call, CallContext context) throws InterruptedException {
    calls.incrementAndGet();
    Body body = bodies.get(call.tool());
    return body == null
        ? new Tool.Result.Failure(call.id(), Tool.Reason.UNKNOWN_TOOL, "unknown", false)
        : body.call(call, context);
  }
}
