package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.engine.Tokens;
import java.util.OptionalInt;

/// Text to token ids and back.
public interface Tokenizer {
  int vocabularySize();

  /// Encodes text that we wrote, a rendered template: special tokens in it become their ids, except
  /// those that [#neutralise] disarmed.
  Tokens encodeRendered(String rendered);

  /// Encodes text that we did not write: nothing in it becomes a special token.
  Tokens encodeText(String text);

  /// Disarms special tokens in untrusted text, so that it may stand inside a rendered template. The
  /// bytes that the model reads are those of the original text.
  String neutralise(String untrusted);

  /// The bytes of one token; empty for control tokens. The array is shared: do not write to it.
  byte[] bytes(int token);

  /// Whether a token is a control token, never part of visible text.
  boolean isControl(int token);

  /// The id of a special token by its exact text.
  OptionalInt special(String text);

  /// Whether a token ends a turn.
  boolean isEndOfGeneration(int token);

  /// A decoder that turns token ids into text and never emits half a code point.
  StreamingDecoder decoder();
}
