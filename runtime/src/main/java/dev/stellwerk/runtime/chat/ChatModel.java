package dev.stellwerk.runtime.chat;

import dev.stellwerk.inference.template.Function;
import java.util.Optional;

/// Whoever produces turns: the local engine, or a remote server.
public interface ChatModel {
  /// The model's name, for people and for the journal.
  String name();

  /// The arithmetic that its tokens are computed with, for the journal: `exact` or `fast`.
  String numericMode();

  /// Why the model cannot be held to a function's schema; empty when it can.
  Optional<String> refusal(Function function);

  /// Opens a conversation.
  ///
  /// @throws dev.stellwerk.inference.engine.OverloadedException when the model has no room for
  ///   another one; never blocks
  Conversation open(ConversationSpec spec);
}
