package dev.stellwerk.inference.template;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.template.ChatMessage.Assistant;
import dev.stellwerk.inference.template.ChatMessage.FunctionCall;
import dev.stellwerk.inference.template.ChatMessage.Instructions;
import dev.stellwerk.inference.template.ChatMessage.ToolResult;
import dev.stellwerk.inference.template.ChatMessage.User;
import java.util.ArrayList;
import java.util.List;

/// A template that knows no tools, or only in a format that is not known here: the functions are
/// declared in the system message, and calls and results are ordinary text, in the form of Hermes.
///
/// Models that were trained on another form do worse with it than with their own; the constraint
/// keeps whatever they call well-formed all the same.
public final class FallbackTemplate implements ChatTemplate {
  private final ChatTemplate template;
  private final boolean systemRole;

  /// Wraps a template.
  public FallbackTemplate(ChatTemplate template) {
    this.template = requireNonNull(template, "template");
    this.systemRole = knowsSystem(template);
  }

  private static boolean knowsSystem(ChatTemplate template) {
    String told = "be kind";
    try {
      List<ChatMessage> probe = List.of(new Instructions(told), new User("hello"));
      return template.render(probe, List.of(), true).contains(told);
    } catch (TemplateException e) {
      return false; // some templates raise an error at a system message
    }
  }

  @Override
  public String render(
      List<ChatMessage> messages, List<Function> functions, boolean addGenerationPrompt) {
    List<ChatMessage> plain = new ArrayList<>();
    StringBuilder told = new StringBuilder();
    for (ChatMessage message : messages) {
      switch (message) {
        case Instructions instructions -> join(told, instructions.text());
        case Assistant turn -> plain.add(new Assistant(text(turn), List.of()));
        case User user -> addUser(plain, user.text());
        case ToolResult result ->
            addUser(plain, "<tool_response>\n" + result.text() + "\n</tool_response>");
      }
    }
    if (!functions.isEmpty()) {
      join(told, declaration(functions));
    }
    if (!told.isEmpty() && systemRole) {
      plain.addFirst(new Instructions(told.toString()));
    } else if (!told.isEmpty() && !plain.isEmpty() && plain.getFirst() instanceof User user) {
      plain.set(0, new User(told + "\n\n" + user.text()));
    }
    return template.render(plain, List.of(), addGenerationPrompt);
  }

  /// Many templates want users and assistants to take turns: what follows a user's message is
  /// joined to it.
  private static void addUser(List<ChatMessage> messages, String text) {
    if (!messages.isEmpty() && messages.getLast() instanceof User user) {
      messages.set(messages.size() - 1, new User(user.text() + "\n" + text));
    } else {
      messages.add(new User(text));
    }
  }

  private static void join(StringBuilder all, String text) {
    all.append(all.isEmpty() ? "" : "\n\n").append(text);
  }

  private static String declaration(List<Function> functions) {
    List<String> lines = new ArrayList<>();
    for (Function function : functions) {
      ObjectNode tool = JsonNodeFactory.instance.objectNode();
      tool.put("name", function.name()).put("description", function.description());
      tool.set("parameters", function.schema());
      lines.add(tool.toString());
    }
    return """
        You may call these functions:
        <tools>
        %s
        </tools>
        For each call, return a JSON object with the function's name and arguments within <tool_call></tool_call> tags:
        <tool_call>
        {"name": <function-name>, "arguments": <arguments-object>}
        </tool_call>"""
        .formatted(String.join("\n", lines));
  }

  private static String text(Assistant turn) {
    StringBuilder text = new StringBuilder(turn.text());
    for (FunctionCall call : turn.calls()) {
      String name = JsonNodeFactory.instance.textNode(call.name()).toString();
      text.append(text.isEmpty() ? "" : "\n")
          .append("<tool_call>\n{\"name\": ")
          .append(name)
          .append(", \"arguments\": ")
          .append(call.arguments())
          .append("}\n</tool_call>");
    }
    return text.toString();
  }
}
