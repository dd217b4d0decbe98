package dev.stellwerk.inference.tokenizer;

import java.util.Optional;

/// Cuts text into words; merges never cross from one word into the next.
interface PreTokenizer {
  /// The `tokenizer.ggml.pre` values that [#byName] knows.
  String SUPPORTED = "gpt-2, kimi-k2, llama-bpe, qwen2";

  /// Where the word that begins at `from` ends, exclusive.
  ///
  /// @param from less than the length of the text
  int end(String text, int from);

  /// The rules that llama.cpp knows by this name.
  static Optional<PreTokenizer> byName(String name) {
    return switch (name) {
      case "gpt-2" -> Optional.of(new Gpt2PreTokenizer());
      case "llama-bpe" -> Optional.of(new Cl100kPreTokenizer(3));
      case "qwen2" -> Optional.of(new Cl100kPreTokenizer(1));
      case "kimi-k2" -> Optional.of(new KimiPreTokenizer());
      default -> Optional.empty();
    };
  }

  /// The end of a run of white space that no line break rule has claimed: `\s+(?!\S)|\s+`. The last
  /// space before a word is left to the word.
  static int spacesEnd(String text, int from, int runEnd) {
    return runEnd < text.length() && runEnd - from > 1 ? runEnd - 1 : runEnd;
  }

  /// The end of the white space from `from` on.
  static int spaceRunEnd(String text, int from) {
    int end = from;
    while (end < text.length() && CharClass.isSpace(text.charAt(end))) {
      end++;
    }
    return end;
  }
}
