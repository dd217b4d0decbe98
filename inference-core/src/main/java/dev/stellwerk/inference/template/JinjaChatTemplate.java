package dev.stellwerk.inference.template;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.template.jinja.JinjaException;
import dev.stellwerk.inference.template.jinja.JinjaTemplate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A chat template in Jinja, given its conversation in Hugging Face's form: `messages`, `tools`,
/// `add_generation_prompt` and the special tokens by name. Safe for use by many threads.
public final class JinjaChatTemplate implements ChatTemplate {
  /// Where a GGUF file has its template.
  public static final String KEY = "tokenizer.chat_template";

  private final JinjaTemplate template;
  private final Map<String, String> specials;
  private final Clock clock;

  private JinjaChatTemplate(JinjaTemplate template, Map<String, String> specials, Clock clock) {
    this.template = template;
    this.specials = Map.copyOf(specials);
    this.clock = clock;
  }

  /// Reads a template from its source.
  ///
  /// @param specials texts of special tokens by the names that templates use, `bos_token` and such
  /// @param clock what a template that asks for the date is told
  /// @throws TemplateException when the source is not a template that can be rendered
  public static JinjaChatTemplate of(String source, Map<String, String> specials, Clock clock) {
    try {
      return new JinjaChatTemplate(JinjaTemplate.parse(source), specials, clock);
    } catch (JinjaException e) {
      throw new TemplateException("the chat template: " + e.getMessage());
    }
  }

  /// Reads the template of a model file; the file may be closed afterwards.
  ///
  /// @throws ModelFileException when it has none or one that cannot be rendered
  public static JinjaChatTemplate load(Gguf gguf, Clock clock) {
    String source = gguf.requiredString(KEY);
    Map<String, String> specials = new HashMap<>();
    List<String> tokens = gguf.requiredStrings("tokenizer.ggml.tokens");
    for (String name : List.of("bos", "eos", "unknown", "padding")) {
      OptionalLong id = gguf.integer("tokenizer.ggml." + name + "_token_id");
      if (id.isPresent() && id.getAsLong() >= 0 && id.getAsLong() < tokens.size()) {
        String key =
            switch (name) {
              case "unknown" -> "unk_token";
              case "padding" -> "pad_token";
              default -> name + "_token";
            };
        specials.put(key, tokens.get((int) id.getAsLong()));
      }
    }
    try {
      return new JinjaChatTemplate(JinjaTemplate.parse(source), specials, clock);
    } catch (JinjaException e) {
      throw new ModelFileException(gguf.path(), KEY, e.getMessage(), e);
    }
  }

  @Override
  public String render(
      List<ChatMessage> messages, List<Function> functions, boolean addGenerationPrompt) {
    Map<String, @Nullable Object> variables = new HashMap<>(specials);
    variables.put("messages", messages(messages));
    variables.put("tools", functions.isEmpty() ? null : tools(functions));
    variables.put("add_generation_prompt", addGenerationPrompt);
    return render(variables);
  }

  /// Renders with variables as they come, `messages`, `tools` and whatever else the template knows;
  /// the special tokens are added.
  ///
  /// @throws TemplateException when the template fails or breaks its limits
  public String render(ObjectNode input) {
    Map<String, @Nullable Object> variables = new HashMap<>(specials);
    input
        .properties()
        .forEach(field -> variables.put(field.getKey(), TemplateValues.of(field.getValue())));
    return render(variables);
  }

  private String render(Map<String, @Nullable Object> variables) {
    try {
      return template.render(variables, clock);
    } catch (JinjaException e) {
      throw new TemplateException("the chat template: " + e.getMessage());
    }
  }

  private static List<Object> messages(List<ChatMessage> messages) {
    Map<String, String> names = new HashMap<>(); // of functions, by call id
    List<Object> values = new ArrayList<>(messages.size());
    for (ChatMessage message : messages) {
      values.add(
          switch (message) {
            case ChatMessage.Instructions instructions -> message("system", instructions.text());
            case ChatMessage.User user -> message("user", user.text());
            case ChatMessage.Assistant assistant -> assistant(assistant, names);
            case ChatMessage.ToolResult result -> {
              Map<String, Object> value = message("tool", result.text());
              value.put("tool_call_id", result.callId());
              value.computeIfAbsent("name", key -> names.get(result.callId()));
              yield value;
            }
          });
    }
    return values;
  }

  private static Map<String, Object> message(String role, String content) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }

  private static Object assistant(ChatMessage.Assistant assistant, Map<String, String> names) {
    Map<String, Object> message = message("assistant", assistant.text());
    if (!assistant.reasoning().isEmpty()) {
      message.put("reasoning_content", assistant.reasoning()); // Qwen3, Kimi K2, DeepSeek
      message.put("thinking", assistant.reasoning()); // gpt-oss
    }
    List<Object> calls = new ArrayList<>();
    for (ChatMessage.FunctionCall call : assistant.calls()) {
      names.put(call.id(), call.name());
      Map<String, @Nullable Object> function = new LinkedHashMap<>();
      function.put("name", call.name());
      function.put("arguments", TemplateValues.of(call.arguments()));
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("id", call.id());
      entry.put("type", "function");
      entry.put("function", function);
      calls.add(entry);
    }
    if (!calls.isEmpty()) {
      message.put("tool_calls", calls);
    }
    return message;
  }

  private static List<Object> tools(List<Function> functions) {
    List<Object> tools = new ArrayList<>(functions.size());
    for (Function function : functions) {
      Map<String, @Nullable Object> declared = new LinkedHashMap<>();
      declared.put("name", function.name());
      declared.put("description", function.description());
      declared.put("parameters", TemplateValues.of(function.schema()));
      Map<String, Object> tool = new LinkedHashMap<>();
      tool.put("type", "function");
      tool.put("function", declared);
      tools.add(tool);
    }
    return tools;
  }
}
