package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What tokens stand for, for people; a model file without a tokenizer has logits all the same.
record TokenTexts(@Nullable Tokenizer tokenizer) {
  static TokenTexts of(Gguf gguf) {
    try {
      return new TokenTexts(Tokenizers.load(gguf));
    } catch (ModelFileException e) {
      return new TokenTexts(null);
    }
  }

  /// A token's text; empty when it is not known. Bytes that are no text show as U+FFFD.
  String text(int token) {
    return tokenizer == null || token < 0 || token >= tokenizer.vocabularySize()
        ? ""
        : new String(tokenizer.bytes(token), StandardCharsets.UTF_8);
  }

  /// The same in quotes, with escapes.
  String quoted(int token) {
    try {
      String text = text(token);
      return text.isEmpty() ? "" : new ObjectMapper().writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a string is always JSON", e);
    }
  }
}
