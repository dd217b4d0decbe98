package dev.stellwerk.inference.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.template.ChatMessage.Assistant;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.ChatMessage.Instructions;
import dev.stellwerk.inference.template.ChatMessage.ToolResult;
import dev.stellwerk.inference.template.ChatMessage.User;
import dev.stellwerk.inference.template.ToolCallFormat.Choice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelDialectTest {
  private static final List<String> EVERY_MARKER = new ArrayList<>(FormatBench.KIMI);

  static {
    EVERY_MARKER.addAll(FormatBench.HARMONY);
    EVERY_MARKER.addAll(List.of("<tool_call>", "</tool_call>"));
  }

  private final TextTokenizer able =
      new TextTokenizer(true, EVERY_MARKER, "<|im_end|>", "<|return|>", "<|call|>");
  private final TextTokenizer plain = new TextTokenizer(true, List.of(), "<|im_end|>");

  private static String source(String name) throws IOException {
    try (InputStream in = ModelDialectTest.class.getResourceAsStream("/templates/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static ModelDialect dialect(
      String source, TextTokenizer tokenizer, @Nullable ToolFormat wanted) {
    ChatTemplate template = JinjaChatTemplate.of(source, Map.of(), Clock.systemUTC());
    return ModelDialect.of(source, template, tokenizer, Optional.ofNullable(wanted));
  }

  @ParameterizedTest
  @CsvSource({
    "hermes, hermes, ALLOWED",
    "coder, qwen3-coder, NONE",
    "harmony, harmony, NONE",
    "kimi-conversation, kimi-k2, NONE",
    "kimi-message, kimi-k2, NONE",
    "kimi-caller, kimi-k2, OPENED",
    "embedded, kimi-k2, NONE",
  })
  void aTemplateTellsItsFormat(String name, String label, Thinking thinking) throws IOException {
    String source = source(name + ".jinja");
    ModelDialect dialect = dialect(source, able, null);
    assertEquals(ToolFormat.byLabel(label), dialect.kind());
    assertEquals(Optional.empty(), dialect.note());
    assertEquals(
        thinking,
        ModelDialect.thinking(source, JinjaChatTemplate.of(source, Map.of(), Clock.systemUTC())));
  }

  /// Three public ways to number Kimi's calls, told apart by what the template renders.
  @ParameterizedTest
  @CsvSource({"kimi-conversation, 2, 2", "kimi-message, 2, 0", "kimi-caller, 8, 8"})
  void kimisIdsFollowTheTemplate(String name, int first, int written) throws IOException {
    ToolCallFormat format = dialect(source(name + ".jinja"), able, null).format();
    List<ChatMessage> history = new ArrayList<>();
    for (String id : List.of("functions.now:3", "functions.now:7")) {
      FunctionCall call = new FunctionCall(id, "now", FormatBench.json("{}"));
      history.add(new Assistant("", List.of(call)));
    }
    assertEquals(first, format.firstCallIndex(history));
    int[] forced =
        format.constraint(FormatBench.FUNCTIONS, new Choice.Named("now"), true, first).forced();
    StringBuilder text = new StringBuilder();
    for (int token : forced) {
      text.append(new String(able.bytes(token), StandardCharsets.UTF_8));
    }
    if (!name.equals("kimi-caller")) { // which may end its reasoning first
      assertTrue(text.toString().contains("functions.now:" + written), text::toString);
    }
  }

  @Test
  void idsThatRepeatAreTranslated() throws IOException {
    ToolCallFormat format = dialect(source("kimi-message.jinja"), able, null).format();
    int[] turn =
        able.encodeRendered(
                "<|tool_calls_section_begin|><|tool_call_begin|>functions.now:0"
                    + "<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>")
            .toArray();
    FunctionCall call =
        FormatBench.calls(FormatBench.parse(format.parser(FormatBench.FUNCTIONS, 5), turn))
            .getFirst();
    assertEquals("functions.now:5", call.id(), "unique in the conversation");
    List<ChatMessage> rendered =
        format.rendered(
            List.of(new Assistant("", List.of(call)), new ToolResult(call.id(), "done")));
    assertEquals(new ToolResult("functions.now:0", "done"), rendered.get(1));
  }

  @Test
  void anUnknownFormatIsSaidAndReplaced() {
    String chat =
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}<|im_end|>{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}";
    ModelDialect dialect = dialect(chat, plain, null);
    assertEquals(
        "its template renders no tool-call format that is known here (kimi-k2, harmony,"
            + " qwen3-coder, hermes); tools are declared in the system message, in the format"
            + " hermes",
        dialect.note().orElseThrow());
    assertInstanceOf(FallbackTemplate.class, dialect.template());
    FunctionCall call = new FunctionCall("c", "now", FormatBench.json("{}"));
    String rendered =
        dialect
            .template()
            .render(
                List.of(
                    new Instructions("Be kind."),
                    new User("Time?"),
                    new Assistant("", List.of(call)),
                    new ToolResult("c", "noon")),
                FormatBench.FUNCTIONS.subList(0, 1),
                true);
    assertTrue(
        rendered.startsWith(
            "[system]Be kind.\n\nYou may call these functions:\n<tools>\n{\"name\":\"now\""),
        rendered);
    assertTrue(
        rendered.endsWith(
            "[user]Time?<|im_end|>[assistant]<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n"
                + "</tool_call><|im_end|>[user]<tool_response>\nnoon\n</tool_response><|im_end|>"
                + "[assistant]"),
        rendered);
  }

  @Test
  void withoutASystemRoleTheFirstUserIsTold() {
    String chat =
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('none') }}{% endif %}"
            + "[{{ m.role }}]{{ m.content }}{% endfor %}";
    String rendered =
        dialect(chat, plain, null)
            .template()
            .render(List.of(new Instructions("Be kind."), new User("Hi.")), List.of(), true);
    assertEquals("[user]Be kind.\n\nHi.", rendered);
  }

  @Test
  void markersThatAreMissingAreNamed() throws IOException {
    ModelDialect dialect = dialect(source("harmony.jinja"), plain, null);
    String note = dialect.note().orElseThrow();
    assertTrue(note.contains("harmony, but the vocabulary lacks <|start|>, <|channel|>"), note);
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> dialect(source("hermes.jinja"), plain, ToolFormat.HARMONY));
    assertTrue(String.valueOf(refusal.getMessage()).startsWith("the vocabulary lacks <|start|>"));
  }

  @Test
  void aFormatCanBeWanted() throws IOException {
    ModelDialect dialect = dialect(source("coder.jinja"), able, ToolFormat.HERMES);
    assertEquals(ToolFormat.HERMES, dialect.kind());
    assertEquals("tool calls in the format hermes", dialect.note().orElseThrow());
    assertEquals(
        "there is no tool-call format 'x'; known: kimi-k2, harmony, qwen3-coder, hermes",
        assertThrows(IllegalArgumentException.class, () -> ToolFormat.byLabel("x")).getMessage());
  }
}
