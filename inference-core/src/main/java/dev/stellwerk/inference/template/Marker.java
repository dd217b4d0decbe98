package dev.stellwerk.inference.template;

import dev.stellwerk.inference.tokenizer.Tokenizer;

/// A marker of a tool-call format, such as `<tool_call>`: a special token in some vocabularies,
/// plain text in others.
///
/// @param token its id, or -1 where it is plain text
record Marker(String text, int token) {
  static Marker of(Tokenizer tokenizer, String text) {
    return new Marker(text, tokenizer.special(text).orElse(-1));
  }

  boolean isToken() {
    return token >= 0;
  }

  /// What has to be spelled: nothing where it is a token.
  String spelling() {
    return isToken() ? "" : text;
  }
}
