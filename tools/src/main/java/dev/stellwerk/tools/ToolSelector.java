package dev.stellwerk.tools;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// Chooses the tools that a prompt shows: all of a small catalogue; of a larger one those that fit
/// the request best by their words.
///
/// Ranks by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over name,
/// description and parameter names. Deterministic: ties go to the earlier tool, and the result
/// keeps the catalogue's order, so that equal choices give equal prompts.
public final class ToolSelector {
  private final List<Tool.Spec> catalogue;
  private final SelectorLimits limits;
  private final ToolIndex index;

  /// Indexes the catalogue; make one selector a snapshot.
  public ToolSelector(List<Tool.Spec> catalogue, SelectorLimits limits) {
    this.catalogue = List.copyOf(catalogue);
    this.limits = requireNonNull(limits, "limits");
    this.index = new ToolIndex(this.catalogue);
  }

  /// The tools to show for a request, their descriptions shortened.
  ///
  /// @param used names of tools that the run has used: they stay, because the conversation speaks
  ///   of them
  public List<Tool.Spec> select(String request, Set<String> used) {
    return chosen(request, used).stream()
        .map(catalogue::get)
        .map(
            spec ->
                spec.withDescription(
                    Descriptions.shorten(spec.description(), limits.descriptionCharsMax())))
        .toList();
  }

  private Set<Integer> chosen(String request, Set<String> used) {
    if (catalogue.size() <= limits.toolsMax()) {
      return new TreeSet<>(IntStream.range(0, catalogue.size()).boxed().toList());
    }
    Set<Integer> chosen = new TreeSet<>();
    for (int i = 0; i < catalogue.size(); i++) {
      if (used.contains(catalogue.get(i).name())) {
        chosen.add(i);
      }
    }
    for (int tool : ranked(request)) {
      if (chosen.size() >= limits.toolsMax()) {
        break;
      }
      chosen.add(tool);
    }
    return chosen;
  }

  private List<Integer> ranked(String request) {
    String searched = request.substring(0, Math.min(request.length(), limits.requestCharsMax()));
    double[] scores = index.scores(searched);
    List<Integer> tools = new ArrayList<>(IntStream.range(0, scores.length).boxed().toList());
    tools.sort(Comparator.comparingDouble((Integer tool) -> -scores[tool])); // stable
    return tools;
  }
}
