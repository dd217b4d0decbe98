package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.GgufWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A byte-level vocabulary for tests: the 256 bytes, merges learnt from a short text, and Kimi's
/// special tokens.
public final class SmallVocabulary {
  public static final List<String> SPECIALS =
      List.of(
          "[PAD]",
          "[BOS]",
          "[EOS]",
          "<|im_end|>",
          "<|im_user|>",
          "<|im_assistant|>",
          "<|im_system|>",
          "<|im_middle|>",
          "<|tool_calls_section_begin|>",
          "<|tool_calls_section_end|>",
          "<|tool_call_begin|>",
          "<|tool_call_argument_begin|>",
          "<|tool_call_end|>",
          "<think>",
          "</think>",
          "<|reserved|>");

  private static final String CORPUS =
      """
      The signal box sets the points and makes conflicting moves impossible. The box's signals
      aren't toys: they're 'read' at 12:45, 1999 and 2026, in the rain and in the night.
      def read(path):\n    return {"path": path, "read": "the points", "text": "signals"}
      Über den Wassern, über den Bergen, die Weichen stehen richtig, die Weichen sind gestellt.
      Стрелка переведена, стрелка стоит. 信号機が赤です。信号機が青です。  It's a   test\t\tof  space.
      """;

  private static final int MERGES_MAX = 400;

  private SmallVocabulary() {}

  /// A writer with the tokenizer's metadata; add what else the test needs.
  public static GgufWriter writer(String pre) {
    List<String> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(String.valueOf(ByteAlphabet.charOf(b)));
    }
    List<String> merges = learn(tokens);
    int normal = tokens.size();
    tokens.addAll(SPECIALS);
    int[] types = new int[tokens.size()];
    for (int id = 0; id < types.length; id++) {
      types[id] = id < normal ? 1 : 3;
    }
    types[tokens.indexOf("<think>")] = 4;
    types[tokens.indexOf("</think>")] = 4;
    types[tokens.indexOf("<|reserved|>")] = 5;
    return new GgufWriter()
        .string("tokenizer.ggml.model", "gpt2")
        .string("tokenizer.ggml.pre", pre)
        .strings("tokenizer.ggml.tokens", tokens)
        .i32s("tokenizer.ggml.token_type", types)
        .strings("tokenizer.ggml.merges", merges)
        .u32("tokenizer.ggml.eos_token_id", tokens.indexOf("<|im_end|>"));
  }

  /// A loaded tokenizer with the rules of `pre`.
  public static BpeTokenizer tokenizer(Path folder, String pre) {
    try (Gguf gguf = Gguf.open(writer(pre).write(folder.resolve("vocabulary-" + pre + ".gguf")))) {
      return BpeTokenizer.load(gguf);
    }
  }

  /// Merges the most frequent pair again and again; adds the tokens that this makes.
  private static List<String> learn(List<String> tokens) {
    List<List<String>> words = new ArrayList<>();
    for (String word : CORPUS.split("(?= )", -1)) {
      List<String> symbols = new ArrayList<>();
      for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
        symbols.add(String.valueOf(ByteAlphabet.charOf(b & 0xFF)));
      }
      words.add(symbols);
    }
    List<String> merges = new ArrayList<>();
    while (merges.size() < MERGES_MAX) {
      Map<String, Integer> counts = new HashMap<>();
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          counts.merge(word.get(i) + " " + word.get(i + 1), 1, Integer::sum);
        }
      }
      Optional<Map.Entry<String, Integer>> top =
          counts.entrySet().stream()
              .max(
                  Map.Entry.<String, Integer>comparingByValue()
                      .thenComparing(Map.Entry.comparingByKey()));
      if (top.isEmpty()) {
        break; // every word is one token
      }
      String best = top.get().getKey();
      String merged = best.replace(" ", "");
      merges.add(best);
      if (!tokens.contains(merged)) {
        tokens.add(merged);
      }
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if ((word.get(i) + " " + word.get(i + 1)).equals(best)) {
            word.set(i, merged);
            word.remove(i + 1);
          }
        }
      }
    }
    return merges;
  }
}
