package dev.stellwerk.runtime.agent;

import static dev.stellwerk.runtime.agent.ScriptedChatModel.calls;
import static dev.stellwerk.runtime.agent.ScriptedChatModel.isCut;
import static dev.stellwerk.runtime.agent.ScriptedChatModel.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.inference.template.ChatMessage;
import dev.stellwerk.inference.template.ChatMessage.Assistant;
import dev.stellwerk.inference.template.ChatMessage.ToolResult;
import dev.stellwerk.inference.template.ChatMessage.User;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.tools.agent.AgentTask;
import dev.stellwerk.tools.agent.Caller;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Conversations that go on over several runs.
final class ConversationsTest {
  private static final List<ChatMessage> AFTER_ONE =
      List.of(new User("One?"), new Assistant("First.", List.of()));

  @TempDir Path directory;

  @Test
  void theNextRunOfAContextSaysOnlyWhatIsNew() throws InterruptedException {
    var model = new ScriptedChatModel(calls("look {}"), says("First."), says("Second."));
    var tools = new ScriptedToolbox().saying("look", "a thing");
    try (var bench = new Bench(directory, model, tools)) {
      assertInstanceOf(RunEvent.Completed.class, run(bench, "c", List.of(), "One?"));
      assertEquals(1, model.open.get(), "kept");
      assertEquals(1, model.unpinned.get(), "its memory is free while the person thinks");
      var ended = assertInstanceOf(RunEvent.Completed.class, run(bench, "c", AFTER_ONE, "Two?"));
      assertEquals("Second.", ended.text());
      assertEquals(
          List.of(
              new User("One?"), new ToolResult("functions.look:0", "a thing"), new User("Two?")),
          model.told,
          "the tool's result is still known, and nothing was said twice");
    }
    assertEquals(0, model.open.get(), "closed with the service");
  }

  @Test
  void aRunThatWasToldSomethingElseStartsAnew() throws InterruptedException {
    var model = new ScriptedChatModel(says("First."));
    try (var bench = new Bench(directory, model, new ScriptedToolbox())) {
      run(bench, "c", List.of(), "One?");
      run(bench, "c", List.of(), "Two?");
      assertEquals(1, model.open.get());
      run(bench, "other", AFTER_ONE, "Three?");
      run(bench, "", List.of(), "Four?");
      run(bench, "", List.of(), "Five?");
      assertEquals(2, model.open.get(), "without a context nothing is kept");
    }
    assertEquals(
        List.of("One?", "Two?", "One?", "Three?", "Four?", "Five?"),
        model.told.stream().filter(User.class::isInstance).map(m -> ((User) m).text()).toList());
  }

  @Test
  void aRunThatFailsKeepsNothing() throws InterruptedException {
    var model = new ScriptedChatModel(isCut("Fir"));
    try (var bench = new Bench(directory, model, new ScriptedToolbox())) {
      assertInstanceOf(RunEvent.Stopped.class, run(bench, "c", List.of(), "One?"));
      assertEquals(0, model.open.get());
    }
  }

  @Test
  void toolsAreDeclaredAgainOnlyWhenOneIsMissing() throws InterruptedException {
    var model = new ScriptedChatModel(says("First."), says("Second."), says("Third."));
    var tools = new ScriptedToolbox().saying("one", "1").saying("two", "2");
    try (var bench = new Bench(directory, model, tools)) {
      run(bench, "c", List.of(), "One?");
      tools.without("two");
      run(bench, "c", AFTER_ONE, "Two?");
      assertEquals(List.of("one", "two"), model.functions.stream().map(Function::name).toList());
      tools.saying("three", "3");
      List<ChatMessage> said =
          List.of(
              AFTER_ONE.get(0),
              AFTER_ONE.get(1),
              new User("Two?"),
              new Assistant("Second.", List.of()));
      run(bench, "c", said, "Three?");
      assertEquals(List.of("one", "three"), model.functions.stream().map(Function::name).toList());
      assertEquals(1, model.open.get());
    }
  }

  @Test
  void onlySoManyAreKept() throws InterruptedException {
    var model = new ScriptedChatModel(says("First."));
    try (var bench = new Bench(directory, model, new ScriptedToolbox())) {
      for (int i = 0; i < 12; i++) {
        run(bench, "context " + i, List.of(), "One?");
      }
      assertEquals(8, model.open.get());
    }
  }

  @Test
  void memoryIsGivenBackBeforeAPersonIsAsked() throws InterruptedException {
    var model = new ScriptedChatModel(calls("danger {}"), says("Done."));
    var tools = new ScriptedToolbox().saying("danger", "ok");
    tools.asked.add("danger");
    tools.beforeDispatch = () -> assertEquals(1, model.unpinned.get());
    try (var bench = new Bench(directory, model, tools)) {
      assertInstanceOf(RunEvent.Completed.class, run(bench, "", List.of(), "Do it."));
    }
    assertEquals(1, model.unpinned.get());
  }

  private static RunEvent run(
      Bench bench, String context, List<ChatMessage> history, String request)
      throws InterruptedException {
    AgentRun run =
        new AgentRun(
            Caller.LOCAL,
            UUID.randomUUID().toString(),
            new AgentTask(request, context, List.of()),
            history,
            Sampling.GREEDY,
            Bench.LIMITS);
    return bench.run(run).getLast();
  }
}
