package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.engine.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Text to token ids and back.
public interface Tokenizer {
  int vocabularySize();

  /// Encodes text that we wrote, a rendered template: special tokens in it become their ids, except
  /// those that [#neutralise] disarmed.
  Tokens encodeRendered(String rendered);

  /// Encodes text that we did not write: nothing in it becomes a special token.
  Tokens encodeText(String text);

  /// Encodes a text that stands alone, a prompt without a template: as [#encodeText], with the
  /// tokens around it that the model was trained to see there.
  default Tokens encodePrompt(String text) {
    return Tokens.of(
        IntStream.concat(
                IntStream.concat(begin().stream(), IntStream.of(encodeText(text).toArray())),
                end().stream())
            .toArray());
  }

  /// The token that the model file wants before each prompt (`add_bos_token`), if any. Chat
  /// templates write it themselves.
  default OptionalInt begin() {
    return OptionalInt.empty();
  }

  /// The token that the model file wants behind each prompt (`add_eos_token`), if any.
  default OptionalInt end() {
    return OptionalInt.empty();
  }

  /// Disarms special tokens in untrusted text, so that it may stand inside a rendered template. The
  /// bytes that the model reads are those of the original text.
  String neutralise(String untrusted);

  /// The bytes of one token; empty for control tokens. The array is shared: do not write to it.
  byte[] bytes(int token);

  /// Whether a token is a control token, never part of visible text.
  boolean isControl(int token);

  /// What a token looks like to a person: its bytes as text, or a control token's name.
  default String piece(int token) {
    return new String(bytes(token), StandardCharsets.UTF_8);
  }

  /// The id of a special token by its exact text.
  OptionalInt special(String text);

  /// Whether a token ends a turn.
  boolean isEndOfGeneration(int token);

  /// A decoder that turns token ids into text and never emits half a code point.
  StreamingDecoder decoder();
}
