package dev.stellwerk.tools.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.stellwerk.tools.CallContext;
import dev.stellwerk.tools.FakeSource;
import dev.stellwerk.tools.ResultLimits;
import dev.stellwerk.tools.ResultText;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DecoratorsTest {
  private static final CallContext CONTEXT = FakeSource.run(Instant.MAX);

  private static Tool.Result call(ToolSource source, String tool) throws InterruptedException {
    return source.call(new Tool.Call("1", tool, FakeSource.json("{}")), CONTEXT);
  }

  private static List<String> names(ToolSource source) {
    return source.list().stream().map(Tool.Spec::name).toList();
  }

  @Test
  void prefixesNamesAndCallsTheInnerTool() throws Exception {
    ToolSource source = new PrefixedSource(new FakeSource("my.server").with("read"));
    assertEquals(List.of("my_server_read"), names(source));
    assertEquals("did read", ResultText.of(call(source, "my_server_read")));
    assertEquals("read", source.rawName("my_server_read"));
  }

  @Test
  void callsATwiceCutNameRight() throws Exception {
    String a = "x".repeat(63) + "a";
    String b = "x".repeat(63) + "b";
    ToolSource source = new PrefixedSource(new FakeSource("server").with(a).with(b));
    List<String> offered = names(source);
    assertEquals("did " + a, ResultText.of(call(source, offered.get(0))));
    assertEquals("did " + b, ResultText.of(call(source, offered.get(1))));
  }

  @Test
  void aFilteredToolDoesNotExist() throws Exception {
    FakeSource inner = new FakeSource("s").with("read_a").with("read_b").with("write");
    ToolSource source = new FilteredSource(inner, List.of("read_*"), List.of("*_b"));
    assertEquals(List.of("read_a"), names(source));
    assertInstanceOf(Tool.Result.Success.class, call(source, "read_a"));
    for (String hidden : List.of("read_b", "write")) {
      var failure = assertInstanceOf(Tool.Result.Failure.class, call(source, hidden));
      assertEquals(Tool.Reason.UNKNOWN_TOOL, failure.reason());
    }
    assertEquals(1, inner.calls.get());
    assertEquals(3, names(new FilteredSource(inner, List.of(), List.of())).size());
  }

  @Test
  void filtersMatchRawNamesBelowAPrefix() {
    ToolSource prefixed = new PrefixedSource(new FakeSource("s").with("read").with("write"));
    prefixed.list();
    assertEquals(
        List.of("s_read"), names(new FilteredSource(prefixed, List.of("read"), List.of())));
  }

  @Test
  void limitsResults() throws Exception {
    FakeSource inner =
        new FakeSource("s")
            .with("x", (call, context) -> Tool.Result.Success.text(call.id(), "abcdef"));
    ToolSource source = new LimitedSource(inner, new ResultLimits(3, 100, 1));
    assertEquals("abc\n[Cut here: the first 3 of 6 bytes.]", ResultText.of(call(source, "x")));
  }

  @Test
  void asksBeforeWhatIsNotKnownToReadOnly() throws Exception {
    Tool.Spec unknown =
        new Tool.Spec(
            "w", "", FakeSource.json(FakeSource.ANYTHING), Optional.empty(), Tool.Effects.UNKNOWN);
    FakeSource inner =
        new FakeSource("s")
            .with("r")
            .with(unknown, (call, context) -> Tool.Result.Success.text(call.id(), "wrote"));
    List<String> asked = new ArrayList<>();
    List<Boolean> answers = new ArrayList<>(List.of(true, false, false));
    ToolSource source =
        new ApprovedSource(
            inner,
            request -> {
              asked.add(request.source() + ":" + request.rawName());
              return answers.removeFirst();
            });
    assertInstanceOf(Tool.Result.Success.class, call(source, "r"));
    assertEquals("wrote", ResultText.of(call(source, "w")));
    var failure = assertInstanceOf(Tool.Result.Failure.class, call(source, "w"));
    assertEquals(Tool.Reason.DENIED, failure.reason());
    assertInstanceOf(Tool.Result.Failure.class, call(source, "made_up"));
    assertEquals(List.of("s:w", "s:w", "s:made_up"), asked);
    assertEquals(2, inner.calls.get());
    assertFalse(names(source).isEmpty());
  }
}
