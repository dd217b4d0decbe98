package dev.stellwerk.inference.template;

import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.List;
import java.util.stream.IntStream;

/// The ids of Harmony's markers. They are special tokens in every vocabulary that has them.
record HarmonyTokens(
    int start, int channel, int message, int constrain, int end, int call, int returned) {
  private static final List<String> NEEDED =
      List.of(
          "<|start|>",
          "<|channel|>",
          "<|message|>",
          "<|constrain|>",
          "<|end|>",
          "<|call|>",
          "<|return|>");

  static List<String> missing(Tokenizer tokenizer) {
    return NEEDED.stream().filter(text -> tokenizer.special(text).isEmpty()).toList();
  }

  static HarmonyTokens of(Tokenizer tokenizer) {
    List<String> missing = missing(tokenizer);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException("the vocabulary lacks " + String.join(", ", missing));
    }
    int[] ids = NEEDED.stream().mapToInt(text -> tokenizer.special(text).orElseThrow()).toArray();
    return new HarmonyTokens(ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6]);
  }

  int[] all() {
    return IntStream.of(start, channel, message, constrain, end, call, returned).toArray();
  }
}
