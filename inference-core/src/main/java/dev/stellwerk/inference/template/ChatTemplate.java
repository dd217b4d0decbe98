package dev.stellwerk.inference.template;

import java.util.List;

/// Renders a conversation as the model was trained to read it.
public interface ChatTemplate {
  /// The whole conversation as text, special tokens written out.
  ///
  /// Untrusted text must have been neutralised by the tokenizer first.
  ///
  /// @param addGenerationPrompt whether to end where the assistant's turn begins
  /// @throws TemplateException when the template fails or breaks its limits
  String render(List<ChatMessage> messages, List<Function> functions, boolean addGenerationPrompt);
}
