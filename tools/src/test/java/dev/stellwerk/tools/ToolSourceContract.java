package dev.stellwerk.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.RunId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every tool source keeps to. A test of a source extends this class.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ToolSourceContract {
  private ToolSource source;

  /// A new source, ready for calls.
  protected abstract ToolSource open() throws Exception;

  /// A call that succeeds, and may be made several times and at once.
  protected abstract Tool.Call goodCall(String id);

  protected static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  protected static CallContext context() {
    return new CallContext(
        new RunId("contract"), Caller.LOCAL, Instant.now().plusSeconds(30), "contract", List.of());
  }

  @BeforeEach
  final void openSource() throws Exception {
    source = open();
  }

  @AfterEach
  final void closeSource() {
    source.close();
  }

  @Test
  void hasANameThatPoliciesCanWrite() {
    assertTrue(source.name().matches("[A-Za-z0-9._-]{1,64}"), source.name());
  }

  @Test
  void listsToolsUnderUniqueNames() {
    Set<String> names = new HashSet<>();
    source.list().forEach(spec -> assertTrue(names.add(spec.name()), spec.name()));
    assertFalse(names.isEmpty());
  }

  @Test
  void listsTheSameToolsAgain() {
    assertEquals(source.list(), source.list());
  }

  @Test
  void describesArgumentsAsAnObject() {
    source
        .list()
        .forEach(
            spec -> assertEquals("object", spec.inputSchema().path("type").asText(), spec.name()));
  }

  @Test
  void knowsARawNameForEveryTool() {
    source.list().forEach(spec -> assertFalse(source.rawName(spec.name()).isBlank(), spec.name()));
  }

  @Test
  void answersAGoodCallUnderItsId() throws Exception {
    Tool.Result result = source.call(goodCall("functions.good:7"), context());
    assertInstanceOf(Tool.Result.Success.class, result, result.toString());
    assertEquals("functions.good:7", result.callId());
  }

  @Test
  void failsAnUnknownToolAsAValue() throws Exception {
    Tool.Call call = new Tool.Call("c1", "no_such_tool_anywhere", object());
    Tool.Result.Failure failure =
        assertInstanceOf(Tool.Result.Failure.class, source.call(call, context()));
    assertEquals("c1", failure.callId());
    assertFalse(failure.message().isBlank());
  }

  @Test
  void survivesArgumentsOfTheWrongShape() throws Exception {
    for (Tool.Spec spec : source.list()) {
      ObjectNode wrong = object();
      spec.inputSchema()
          .path("required")
          .forEach(name -> wrong.putObject(name.asText()).putArray("nonsense"));
      if (!wrong.isEmpty()) {
        Tool.Result result = source.call(new Tool.Call("c2", spec.name(), wrong), context());
        assertEquals("c2", result.callId());
        assertInstanceOf(Tool.Result.Failure.class, result, spec.name());
      }
    }
  }

  @Test
  void answersCallsThatRunAtOnceEachUnderItsOwnId() throws Exception {
    List<Callable<Tool.Result>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String id = "parallel:" + i;
      calls.add(() -> source.call(goodCall(id), context()));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Tool.Result>> results = threads.invokeAll(calls, 30, TimeUnit.SECONDS);
      for (int i = 0; i < results.size(); i++) {
        assertEquals("parallel:" + i, results.get(i).get().callId());
      }
    }
  }

  @Test
  void returnsSoonWhenItsThreadIsInterrupted() throws Exception {
    Thread thread =
        Thread.ofVirtual()
            .unstarted(
                () -> {
                  Thread.currentThread().interrupt();
                  try {
                    source.call(goodCall("interrupted"), context());
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // one of the two right ends
                  }
                });
    thread.start();
    assertTrue(thread.join(java.time.Duration.ofSeconds(5)), "still runs after an interruption");
    assertEquals("after", source.call(goodCall("after"), context()).callId());
  }

  @Test
  void closesTwiceWithoutHarm() {
    source.close();
    source.close();
  }
}
