package dev.stellwerk.runtime.agent;

import static dev.stellwerk.runtime.agent.ScriptedChatModel.calls;
import static dev.stellwerk.runtime.agent.ScriptedChatModel.isCut;
import static dev.stellwerk.runtime.agent.ScriptedChatModel.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.engine.ContextExceededException;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.runtime.agent.RunEvent.Completed;
import dev.stellwerk.runtime.agent.RunEvent.Outcome;
import dev.stellwerk.runtime.agent.RunEvent.Stopped;
import dev.stellwerk.runtime.agent.RunEvent.ToolStarting;
import dev.stellwerk.runtime.agent.RunEvent.ToolsFinished;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.agent.Caller;
import dev.stellwerk.tools.agent.RunId;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The loop over a scripted model and scripted tools, its events read back from the journal.
final class AgentLoopTest {
  @TempDir Path directory;

  @Test
  void answersWithoutTools() throws InterruptedException {
    var model = new ScriptedChatModel(says("Hel", "lo."));
    try (var bench = new Bench(directory, model, new ScriptedToolbox())) {
      List<RunEvent> events = bench.run(Bench.request("Say hello."));
      assertEquals(4, events.size(), events.toString());
      assertEquals(
          List.of("Hel", "lo."),
          events.subList(1, 3).stream().map(e -> ((RunEvent.TextDelta) e).text()).toList());
      Completed completed = assertInstanceOf(Completed.class, events.getLast());
      assertEquals("Hello.", completed.text());
      assertEquals(1, completed.usage().turns());
      assertEquals(5, completed.usage().generatedTokens());
      assertEquals(0, model.open.get(), "the conversation is closed");
    }
  }

  @Test
  void tellsTheModelWhatTheToolsReturnedInItsOwnOrder() throws InterruptedException {
    var model =
        new ScriptedChatModel(
            calls("read {\"path\":\"a\"}", "broken {}", "read {\"path\":\"b\"}"), says("Done."));
    var tools =
        new ScriptedToolbox()
            .with(
                "read",
                call ->
                    Tool.Result.Success.text(
                        call.id(), "content of " + call.arguments().get("path").asText()))
            .failing("broken", "no such thing");
    try (var bench = new Bench(directory, model, tools)) {
      List<RunEvent> events = bench.run(Bench.request("Read a and b."));
      assertInstanceOf(Completed.class, events.getLast());
    }
    assertEquals(
        List.of(
            new ChatMessage.User("Read a and b."),
            new ChatMessage.ToolResult("functions.read:0", "content of a"),
            new ChatMessage.ToolResult("functions.broken:1", "Error: no such thing"),
            new ChatMessage.ToolResult("functions.read:2", "content of b")),
        model.told);
  }

  @Test
  void recordsACallOnDiskBeforeItIsDispatched() throws InterruptedException {
    var model = new ScriptedChatModel(calls("act {}"), says("Done."));
    var tools = new ScriptedToolbox().saying("act", "ok");
    try (var bench = new Bench(directory, model, tools)) {
      List<Recorded> seen = new CopyOnWriteArrayList<>();
      tools.beforeDispatch =
          () -> {
            RunId run = bench.service.list(Caller.LOCAL, Bench.QUERY).items().getFirst().id();
            seen.addAll(bench.journal.read(run, 0, 10));
          };
      bench.run(Bench.request("Act."));
      ToolStarting starting = assertInstanceOf(ToolStarting.class, seen.getLast().event());
      assertEquals("act", starting.call().tool());
      assertEquals(Tool.Effects.READ_ONLY, starting.effects());
    }
  }

  @Test
  void doesNotDispatchARefusedCallAndGoesOn() throws InterruptedException {
    var model = new ScriptedChatModel(calls("bad {}", "good {}"), says("Done."));
    var tools = new ScriptedToolbox().saying("bad", "never").saying("good", "fine");
    tools.refused.add("bad");
    try (var bench = new Bench(directory, model, tools)) {
      List<RunEvent> events = bench.run(Bench.request("Try."));
      assertEquals(
          List.of(
              new Outcome("functions.bad:0", "bad", false, "Error: not allowed here"),
              new Outcome("functions.good:1", "good", true, "fine")),
          outcomes(events));
      assertEquals(1, events.stream().filter(ToolStarting.class::isInstance).count());
    }
    assertEquals(List.of("good"), tools.dispatched.stream().map(Tool.Call::tool).toList());
  }

  @Test
  void cutsALongResultAndSaysSo() throws InterruptedException {
    var model = new ScriptedChatModel(calls("big {}"), says("Done."));
    var tools = new ScriptedToolbox().saying("big", "x".repeat(5_000));
    try (var bench = new Bench(directory, model, tools)) {
      List<RunEvent> events = bench.run(Bench.request("Read it."));
      assertEquals(
          "x".repeat(1_000) + "\n[4000 more characters cut]", outcomes(events).getFirst().text());
    }
  }

  @Test
  void endsWhenTheSameCallIsMadeForEver() throws InterruptedException {
    var tools = new ScriptedToolbox().saying("look", "nothing");
    assertStopped(StopReason.REPEATED_CALL, tools, calls("look {\"at\":1}"));
    assertEquals(2, tools.dispatched.size());
  }

  @Test
  void endsAtTheMostTurns() throws InterruptedException {
    var tools = new ScriptedToolbox().saying("look", "nothing");
    assertStopped(
        StopReason.TURNS,
        tools,
        calls("look {\"at\":1}"),
        calls("look {\"at\":2}"),
        calls("look {\"at\":3}"),
        calls("look {\"at\":4}"),
        calls("look {\"at\":5}"),
        calls("look {\"at\":6}"));
    assertEquals(5, tools.dispatched.size());
  }

  @Test
  void endsAtTheMostToolCallsWithoutMakingThem() throws InterruptedException {
    var tools = new ScriptedToolbox().saying("a", "x");
    String[] nine = new String[9];
    for (int i = 0; i < nine.length; i++) {
      nine[i] = "a {\"i\":" + i + "}";
    }
    assertStopped(StopReason.TOOL_CALLS, tools, calls(nine));
    assertEquals(0, tools.dispatched.size());
  }

  @Test
  void endsWhenATurnIsCut() throws InterruptedException {
    assertStopped(StopReason.LENGTH, new ScriptedToolbox(), isCut("and then and then"));
  }

  @Test
  void endsWhenTheContextIsFull() throws InterruptedException {
    assertStopped(
        StopReason.CONTEXT,
        new ScriptedToolbox(),
        (_, _) -> {
          throw new ContextExceededException(5_000, 4_096);
        });
  }

  @Test
  void endsWithOneEventWhenSomethingOfOursBreaks() throws InterruptedException {
    assertStopped(
        StopReason.INTERNAL,
        new ScriptedToolbox(),
        (_, _) -> {
          throw new IllegalStateException("a bug, on purpose");
        });
  }

  @Test
  void endsInTimeWhenAToolHangs() throws InterruptedException {
    var tools = new ScriptedToolbox().with("hang", AgentLoopTest::hang);
    RunLimits limits = new RunLimits(6, 8, 10_000, 256, 300, 5_000, 1_000, 3);
    try (var bench = new Bench(directory, new ScriptedChatModel(calls("hang {}")), tools)) {
      List<RunEvent> events = bench.run(Bench.request("Wait.", limits));
      Stopped stopped = assertInstanceOf(Stopped.class, events.getLast());
      assertEquals(StopReason.TIME, stopped.reason());
      assertTrue(stopped.usage().wallMillis() >= 300, stopped.toString());
      assertTrue(stopped.usage().wallMillis() < 3_000, stopped.toString());
    }
  }

  @Test
  void endsWhenItIsCancelled() throws InterruptedException {
    var hanging = new CountDownLatch(1);
    var model =
        new ScriptedChatModel(
            (_, _) -> {
              hanging.countDown();
              Thread.sleep(60_000);
              throw new AssertionError();
            });
    try (var bench = new Bench(directory, model, new ScriptedToolbox())) {
      RunId run = bench.service.submit(Bench.request("Think."));
      hanging.await();
      bench.service.cancel(Caller.LOCAL, run);
      List<RunEvent> events = bench.events(run);
      assertEquals(StopReason.CANCELLED, ((Stopped) events.getLast()).reason());
      assertEquals(0, model.open.get(), "the conversation is closed");
      bench.service.cancel(Caller.LOCAL, run);
      assertEquals(events, bench.events(run), "a second cancellation changes nothing");
    }
  }

  @Test
  void offersOnlyToolsThatTheModelCanBeHeldTo() throws InterruptedException {
    var model = new ScriptedChatModel(says("Hello."));
    var tools = new ScriptedToolbox().saying("good", "").saying("unsupported_one", "");
    try (var bench = new Bench(directory, model, tools)) {
      bench.run(Bench.request("Hello?"));
    }
    assertEquals(List.of("good"), model.functions.stream().map(Function::name).toList());
  }

  private void assertStopped(
      StopReason reason, ScriptedToolbox tools, ScriptedChatModel.Move... script)
      throws InterruptedException {
    try (var bench = new Bench(directory, new ScriptedChatModel(script), tools)) {
      List<RunEvent> events = bench.run(Bench.request("Go."));
      Stopped stopped = assertInstanceOf(Stopped.class, events.getLast(), events.toString());
      assertEquals(reason, stopped.reason());
      assertEquals(1, events.stream().filter(RunEvent.Ended.class::isInstance).count());
    }
  }

  private static Tool.Result hang(Tool.Call unused) throws InterruptedException {
    Thread.sleep(60_000);
    throw new AssertionError();
  }

  private static List<Outcome> outcomes(List<RunEvent> events) {
    return events.stream()
        .filter(ToolsFinished.class::isInstance)
        .flatMap(event -> ((ToolsFinished) event).outcomes().stream())
        .toList();
  }
}
