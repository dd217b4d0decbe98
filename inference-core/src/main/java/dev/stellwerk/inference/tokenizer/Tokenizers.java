package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;

/// Reads tokenizers.
public final class Tokenizers {
  /// The longest text that one call encodes; about twice what a context of 256K tokens holds.
  public static final int TEXT_CHARS_MAX = 2 << 20;

  private Tokenizers() {}

  /// The tokenizer of a model file, of the kind that its `tokenizer.ggml.model` names: byte-level
  /// BPE (`gpt2`), SentencePiece (`llama`) or Gemma's mixture of both (`gemma4`). The file may be
  /// closed afterwards.
  ///
  /// @throws dev.stellwerk.inference.format.ModelFileException when it has none, one of another
  ///   kind, or a broken one
  public static Tokenizer load(Gguf gguf) {
    return GgufVocabulary.read(gguf);
  }
}
