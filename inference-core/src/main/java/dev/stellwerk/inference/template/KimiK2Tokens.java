package dev.stellwerk.inference.template;

import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The ids of Kimi K2's markers; -1 for a reasoning marker that the vocabulary lacks.
record KimiK2Tokens(
    int sectionBegin,
    int sectionEnd,
    int callBegin,
    int argumentBegin,
    int callEnd,
    int thinkBegin,
    int thinkEnd) {
  private static final List<String> NEEDED =
      List.of(
          "<|tool_calls_section_begin|>",
          "<|tool_calls_section_end|>",
          "<|tool_call_begin|>",
          "<|tool_call_argument_begin|>",
          "<|tool_call_end|>");

  static List<String> missing(Tokenizer tokenizer) {
    List<String> missing = new ArrayList<>(NEEDED);
    missing.removeIf(text -> tokenizer.special(text).isPresent());
    return missing;
  }

  static KimiK2Tokens of(Tokenizer tokenizer) {
    List<String> missing = missing(tokenizer);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException("the vocabulary lacks " + String.join(", ", missing));
    }
    int[] ids = NEEDED.stream().mapToInt(text -> tokenizer.special(text).orElseThrow()).toArray();
    return new KimiK2Tokens(
        ids[0],
        ids[1],
        ids[2],
        ids[3],
        ids[4],
        tokenizer.special("<think>").orElse(-1),
        tokenizer.special("</think>").orElse(-1));
  }

  boolean canThink() {
    return thinkBegin >= 0 && thinkEnd >= 0;
  }

  /// Every marker that the vocabulary has.
  int[] all() {
    return IntStream.of(
            sectionBegin, sectionEnd, callBegin, argumentBegin, callEnd, thinkBegin, thinkEnd)
        .filter(id -> id >= 0)
        .toArray();
  }
}
