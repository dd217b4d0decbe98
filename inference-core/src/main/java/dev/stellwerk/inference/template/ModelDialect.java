package dev.stellwerk.inference.template;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.template.ChatMessage.Assistant;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.ChatMessage.ToolResult;
import dev.stellwerk.inference.template.ChatMessage.User;
import dev.stellwerk.inference.template.KimiK2Format.IdRule;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;

/// How a model converses: its template, and the tool-call format that the template renders. Found
/// out from the template itself, by its markers and by rendering a small conversation.
///
/// @param template the model's own, or one around it that declares tools
/// @param note what a user should know; empty when the model's own format is used
public record ModelDialect(
    ChatTemplate template, ToolCallFormat format, ToolFormat kind, Optional<String> note) {
  /// The most calls in one turn.
  public static final int CALLS_MAX = 16;

  private static final String PROBE = ToolFormat.PROBE;

  public ModelDialect {
    requireNonNull(template, "template");
    requireNonNull(format, "format");
    requireNonNull(kind, "kind");
    requireNonNull(note, "note");
  }

  /// Finds the dialect of a model.
  ///
  /// @param source of the template
  /// @param wanted a format to use instead of the template's own
  /// @throws IllegalArgumentException when the wanted format's markers are not in the vocabulary
  public static ModelDialect of(
      String source, ChatTemplate template, Tokenizer tokenizer, Optional<ToolFormat> wanted) {
    String probe = probe(template);
    Optional<ToolFormat> found = ToolFormat.of(probe);
    Thinking thinking = thinking(source, template);
    Optional<String> lacking = found.flatMap(kind -> lacking(kind, tokenizer));
    if (wanted.isPresent()) {
      Optional<String> note = Optional.of("tool calls in the format " + wanted.get().label());
      return new ModelDialect(
          template,
          format(wanted.get(), thinking, probe, tokenizer),
          wanted.get(),
          found.equals(wanted) ? Optional.empty() : note);
    }
    if (found.isPresent() && lacking.isEmpty()) {
      ToolCallFormat format = format(found.get(), thinking, probe, tokenizer);
      return new ModelDialect(template, format, found.get(), Optional.empty());
    }
    String why =
        lacking.isPresent()
            ? "its template renders the tool-call format "
                + found.orElseThrow().label()
                + ", but "
                + lacking.get()
            : "its template renders no tool-call format that is known here ("
                + ToolFormat.labels()
                + ")";
    ChatTemplate declaring = new FallbackTemplate(template);
    return new ModelDialect(
        declaring,
        new HermesFormat(tokenizer, thinking, CALLS_MAX),
        ToolFormat.HERMES,
        Optional.of(why + "; tools are declared in the system message, in the format hermes"));
  }

  private static Optional<String> lacking(ToolFormat kind, Tokenizer tokenizer) {
    List<String> missing =
        switch (kind) {
          case KIMI_K2 -> KimiK2Tokens.missing(tokenizer);
          case HARMONY -> HarmonyTokens.missing(tokenizer);
          case HERMES, QWEN3_CODER -> List.of();
        };
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("the vocabulary lacks " + String.join(", ", missing));
  }

  private static ToolCallFormat format(
      ToolFormat kind, Thinking thinking, String probe, Tokenizer tokenizer) {
    return switch (kind) {
      case KIMI_K2 -> {
        Thinking able = KimiK2Tokens.of(tokenizer).canThink() ? thinking : Thinking.NONE;
        yield new KimiK2Format(tokenizer, kimi(able, probe));
      }
      case HARMONY -> new HarmonyFormat(tokenizer, Thinking.ALLOWED);
      case QWEN3_CODER -> new CoderFormat(tokenizer, thinking, CALLS_MAX);
      case HERMES -> new HermesFormat(tokenizer, thinking, CALLS_MAX);
    };
  }

  /// Whether a turn may reason, by how the template opens it.
  static Thinking thinking(String source, ChatTemplate template) {
    if (!source.contains("think>")) { // some name only the end, which the model writes itself
      return Thinking.NONE;
    }
    String prompt = rendered(template, List.of(new User("hello")), List.of()).strip();
    if (prompt.endsWith("<think>")) {
      return Thinking.OPENED;
    }
    return prompt.endsWith("</think>") ? Thinking.NONE : Thinking.ALLOWED;
  }

  /// Two turns with a call each, as the template renders them.
  private static String probe(ChatTemplate template) {
    String first = "functions." + PROBE + ":40";
    String second = "functions." + PROBE + ":41";
    List<ChatMessage> messages =
        List.of(
            new User("hello"),
            new Assistant("", List.of(call(first))),
            new ToolResult(first, "done"),
            new Assistant("", List.of(call(second))),
            new ToolResult(second, "done"));
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    schema.putObject("properties").putObject("a").put("type", "integer");
    schema.putArray("required").add("a");
    return rendered(template, messages, List.of(new Function("other", "Probes.", schema)));
  }

  /// Which ids Kimi K2's calls have, and whether their arguments have spaces.
  private static KimiK2Format.Options kimi(Thinking thinking, String probe) {
    String begin = "<|tool_call_begin|>functions." + PROBE + ":";
    IdRule rule =
        probe.contains(begin + "41")
            ? IdRule.CALLER
            : probe.contains(begin + "1") ? IdRule.CONVERSATION : IdRule.MESSAGE;
    return new KimiK2Format.Options(thinking, CALLS_MAX, rule, probe.contains("\"a\": 1"));
  }

  private static FunctionCall call(String id) {
    ObjectNode arguments = JsonNodeFactory.instance.objectNode().put("a", 1);
    return new FunctionCall(id, PROBE, arguments);
  }

  /// A template that cannot render a probe is asked nothing more; it fails when it is used.
  private static String rendered(
      ChatTemplate template, List<ChatMessage> messages, List<Function> functions) {
    try {
      return template.render(messages, functions, true);
    } catch (TemplateException e) {
      return "";
    }
  }
}
