package dev.stellwerk.inference.template;

import java.util.List;

/// Splits an assistant turn into text and calls while it is being generated.
public interface TurnParser {
  /// What one token brought to light.
  sealed interface Part {
    /// More of the answer's text.
    record Text(String text) implements Part {}

    /// More of the model's reasoning.
    record Reasoning(String text) implements Part {}

    /// The name of a call is complete.
    record CallNamed(String id, String name) implements Part {}

    /// The arguments of a call are complete.
    record CallComplete(ChatMessage.FunctionCall call) implements Part {}
  }

  /// Feeds one generated token.
  List<Part> accept(int token);

  /// Ends the turn and delivers what is left.
  List<Part> finish();
}
