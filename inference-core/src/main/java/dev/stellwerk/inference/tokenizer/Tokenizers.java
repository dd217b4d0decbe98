package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;
import java.nio.file.Files;
import java.nio.file.Path;

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

  /// The tokenizer of a model's folder as Hugging Face lays it out: `tiktoken.model` with
  /// `tokenizer_config.json` (Kimi), or a `tokenizer.json` of byte-level BPE with patterns that are
  /// known here.
  ///
  /// @throws dev.stellwerk.inference.format.ModelFileException when there is none, one of another
  ///   kind, or a broken one
  public static Tokenizer loadDirectory(Path folder) {
    return new TokenizerDirectory(folder).read();
  }

  /// The tokenizer of a GGUF file, or of a folder.
  ///
  /// @throws dev.stellwerk.inference.format.ModelFileException when there is none, one of another
  ///   kind, or a broken one
  public static Tokenizer load(Path fileOrFolder) {
    if (Files.isDirectory(fileOrFolder)) {
      return loadDirectory(fileOrFolder);
    }
    try (Gguf gguf = Gguf.open(fileOrFolder)) {
      return load(gguf);
    }
  }
}
