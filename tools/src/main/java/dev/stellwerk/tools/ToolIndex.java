package dev.stellwerk.tools;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// An inverted index of tools, scored by BM25. Words of the name count three times: they were
/// chosen to say what the tool does.
final class ToolIndex {
  private static final double K1 = 1.2;
  private static final double B = 0.75;
  private static final int NAME_WEIGHT = 3;
  private static final int DESCRIPTION_CHARS_MAX = 4_000;
  private static final int PARAMETERS_MAX = 64;

  private final Map<String, List<Posting>> postings = new HashMap<>();
  private final int[] lengths;
  private final double meanLength;

  private record Posting(int tool, int frequency) {}

  ToolIndex(List<Tool.Spec> tools) {
    lengths = new int[tools.size()];
    long total = 0;
    for (int tool = 0; tool < tools.size(); tool++) {
      Map<String, Integer> frequencies = frequencies(tools.get(tool));
      for (Map.Entry<String, Integer> word : frequencies.entrySet()) {
        postings
            .computeIfAbsent(word.getKey(), w -> new ArrayList<>())
            .add(new Posting(tool, word.getValue()));
        lengths[tool] += word.getValue();
      }
      total += lengths[tool];
    }
    meanLength = Math.max(1.0, total / (double) Math.max(1, tools.size()));
  }

  /// One score a tool, 0 where nothing matches.
  double[] scores(String request) {
    double[] scores = new double[lengths.length];
    // Each word once: a request that repeats itself does not want the tool more.
    for (String word : new HashSet<>(Words.of(request)).stream().sorted().toList()) {
      List<Posting> found = postings.getOrDefault(word, List.of());
      double idf = Math.log(1 + (lengths.length - found.size() + 0.5) / (found.size() + 0.5));
      for (Posting posting : found) {
        double norm = 1 - B + B * lengths[posting.tool()] / meanLength;
        int f = posting.frequency();
        scores[posting.tool()] += idf * f * (K1 + 1) / (f + K1 * norm);
      }
    }
    return scores;
  }

  private static Map<String, Integer> frequencies(Tool.Spec spec) {
    Map<String, Integer> frequencies = new HashMap<>();
    count(frequencies, spec.name(), NAME_WEIGHT);
    String description = spec.description();
    count(
        frequencies,
        description.substring(0, Math.min(description.length(), DESCRIPTION_CHARS_MAX)),
        1);
    spec.inputSchema()
        .path("properties")
        .propertyStream()
        .limit(PARAMETERS_MAX)
        .forEach(parameter -> count(frequencies, parameter.getKey(), 1));
    return frequencies;
  }

  private static void count(Map<String, Integer> frequencies, String text, int weight) {
    for (String word : Words.of(text)) {
      frequencies.merge(word, weight, Integer::sum);
    }
  }
}
