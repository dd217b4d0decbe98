package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// BPE as the papers write it, slow and obvious: regular expressions for words, strings for
/// symbols.
final class BpeReference {
  private static final String SPACE = "\\p{IsWhite_Space}";
  private static final String OTHER = "[^" + SPACE + "\\p{L}\\p{N}]";

  static final Map<String, Pattern> PATTERNS =
      Map.of(
          "gpt-2",
          Pattern.compile(
              "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?"
                  + OTHER
                  + "+|"
                  + SPACE
                  + "+(?![^"
                  + SPACE
                  + "])|"
                  + SPACE
                  + "+"),
          "qwen2",
          cl100k("\\p{N}"),
          "llama-bpe",
          cl100k("\\p{N}{1,3}"));

  private final Map<String, Integer> ranks = new HashMap<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final Pattern pattern;

  BpeReference(Gguf gguf, Pattern pattern) {
    this.pattern = pattern;
    List<String> merges = gguf.requiredStrings("tokenizer.ggml.merges");
    for (int i = 0; i < merges.size(); i++) {
      ranks.putIfAbsent(merges.get(i), i);
    }
    List<String> tokens = gguf.requiredStrings("tokenizer.ggml.tokens");
    for (int i = 0; i < tokens.size(); i++) {
      ids.putIfAbsent(tokens.get(i), i);
    }
  }

  private static Pattern cl100k(String digits) {
    String regex =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
            + digits
            + "| ?"
            + OTHER
            + "+[\\r\\n]*|"
            + SPACE
            + "*[\\r\\n]+|"
            + SPACE
            + "+(?![^"
            + SPACE
            + "])|"
            + SPACE
            + "+";
    return Pattern.compile(regex);
  }

  static List<String> words(Pattern pattern, String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  int[] encode(String text) {
    List<Integer> out = new ArrayList<>();
    for (String word : words(pattern, text)) {
      List<String> symbols = new ArrayList<>();
      for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
        symbols.add(String.valueOf(ByteAlphabet.charOf(b & 0xFF)));
      }
      int best = best(symbols);
      while (best >= 0) {
        symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
        best = best(symbols);
      }
      symbols.forEach(symbol -> out.add(ids.get(symbol)));
    }
    return out.stream().mapToInt(Integer::intValue).toArray();
  }

  private int best(List<String> symbols) {
    int best = -1;
    int bestRank = Integer.MAX_VALUE;
    for (int i = 0; i + 1 < symbols.size(); i++) {
      int rank = ranks.getOrDefault(symbols.get(i) + " " + symbols.get(i + 1), Integer.MAX_VALUE);
      if (rank < bestRank) {
        best = i;
        bestRank = rank;
      }
    }
    return best;
  }
}
