package dev.stellwerk.inference.tokenizer;

/// Turns a stream of token ids into text. Bytes of an incomplete code point wait for the next
/// token.
public interface StreamingDecoder {
  /// The text that this token completes; may be empty.
  String accept(int token);

  /// What is left at the end; an incomplete code point becomes U+FFFD.
  String finish();
}
