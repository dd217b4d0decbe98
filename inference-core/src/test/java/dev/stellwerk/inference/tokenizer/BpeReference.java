package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// BPE as the papers write it, slow and obvious: strings for symbols.
final class BpeReference {
  private final Map<String, Integer> ranks = new HashMap<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final String pre;

  BpeReference(Gguf gguf, String pre) {
    this.pre = pre;
    List<String> merges = gguf.requiredStrings("tokenizer.ggml.merges");
    for (int i = 0; i < merges.size(); i++) {
      ranks.putIfAbsent(merges.get(i), i);
    }
    List<String> tokens = gguf.requiredStrings("tokenizer.ggml.tokens");
    for (int i = 0; i < tokens.size(); i++) {
      ids.putIfAbsent(tokens.get(i), i);
    }
  }

  int[] encode(String text) {
    List<Integer> out = new ArrayList<>();
    for (String word : SplitReference.words(pre, text)) {
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
