package dev.stellwerk.runtime.chat;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.constraint.UnsupportedSchemaException;
import dev.stellwerk.inference.engine.Engine;
import dev.stellwerk.inference.template.ChatTemplate;
import dev.stellwerk.inference.template.Function;
import dev.stellwerk.inference.template.ToolCallFormat;
import dev.stellwerk.inference.template.ToolCallFormat.Choice;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A chat model over the engine of this process.
///
/// @param format how this model writes tool calls
public record LocalChatModel(
    String name, Engine engine, Tokenizer tokenizer, ChatTemplate template, ToolCallFormat format)
    implements ChatModel {
  public LocalChatModel {
    requireNonNull(name, "name");
    requireNonNull(engine, "engine");
    requireNonNull(tokenizer, "tokenizer");
    requireNonNull(template, "template");
    requireNonNull(format, "format");
  }

  @Override
  public String numericMode() {
    return engine.numericMode().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Optional<String> refusal(Function function) {
    try {
      format.constraint(List.of(function), new Choice.Auto(), true, 0);
      return Optional.empty();
    } catch (UnsupportedSchemaException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Conversation open(ConversationSpec spec) {
    return new LocalConversation(this, spec, engine.open());
  }
}
