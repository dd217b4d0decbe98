package dev.stellwerk.inference.inspect;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What a model file holds. Also a file that cannot run has a report: what it lacks is empty or 0.
///
/// @param files the names of all files, in order
/// @param bytes of all files together
/// @param name as the file has it; empty for none
/// @param architecture as the file has it; empty for none
/// @param licence as the file has it; empty for none
/// @param quantisation how the weights are stored, the type with the most bytes first
/// @param experts empty for a dense model
/// @param rope how positions are rotated, in words
/// @param problems why the model cannot be loaded here; empty when it can
/// @param limits what a loaded model cannot do here, in words
public record ModelReport(
    List<String> files,
    long bytes,
    String name,
    String architecture,
    String licence,
    Parameters parameters,
    List<TypeShare> quantisation,
    Dimensions dimensions,
    Optional<Experts> experts,
    String rope,
    TokenizerSummary tokenizer,
    TemplateSummary template,
    MemoryNeed memory,
    List<String> problems,
    List<String> limits) {
  public ModelReport {
    files = List.copyOf(files);
    requireNonNull(name, "name");
    requireNonNull(architecture, "architecture");
    requireNonNull(licence, "licence");
    requireNonNull(parameters, "parameters");
    quantisation = List.copyOf(quantisation);
    requireNonNull(dimensions, "dimensions");
    requireNonNull(experts, "experts");
    requireNonNull(rope, "rope");
    requireNonNull(tokenizer, "tokenizer");
    requireNonNull(template, "template");
    requireNonNull(memory, "memory");
    problems = List.copyOf(problems);
    limits = List.copyOf(limits);
  }

  /// Whether the model can be loaded.
  public boolean runnable() {
    return problems.isEmpty();
  }

  /// How many parameters there are.
  ///
  /// @param total the elements of all tensors
  /// @param active those that a token takes part with: all but the routed experts it does not visit
  public record Parameters(long total, long active) {}

  /// What one element type holds.
  ///
  /// @param supported whether Stellwerk computes with the type
  public record TypeShare(
      String type, int tensors, long parameters, long bytes, boolean supported) {}

  /// Sizes that all architectures have; 0 where the file does not say.
  ///
  /// @param kvHeads heads of keys and values; 1 for latent attention
  /// @param vocabulary tokens of the tokenizer
  public record Dimensions(
      long contextLength, long layers, long hidden, long heads, long kvHeads, long vocabulary) {}

  /// Routed experts.
  ///
  /// @param used that a token visits
  /// @param shared that every token visits beside those
  /// @param router how they are chosen, in words
  public record Experts(long count, long used, long shared, String router) {}

  /// How text becomes tokens.
  ///
  /// @param kind as the file names it: `gpt2`, `llama`, ...; empty for none
  /// @param pre the pre-tokenizer's name; empty for none
  /// @param tokens in the vocabulary
  public record TokenizerSummary(String kind, String pre, long tokens) {}

  /// How conversations become text.
  ///
  /// @param present whether the file has a chat template
  /// @param toolFormat how the model writes tool calls; empty when that is not known here
  /// @param features what the template can render, in words
  public record TemplateSummary(boolean present, String toolFormat, List<String> features) {
    public TemplateSummary {
      requireNonNull(toolFormat, "toolFormat");
      features = List.copyOf(features);
    }
  }

  /// What has to be in memory.
  ///
  /// @param weightBytes of all tensors
  /// @param activeBytes that decoding a token reads: the active parameters, without the table of
  ///   embeddings where that is not the output as well
  /// @param kvBytes of the cache a thousand tokens; empty when the model cannot be loaded
  public record MemoryNeed(long weightBytes, long activeBytes, OptionalLong kvBytes) {
    public MemoryNeed {
      requireNonNull(kvBytes, "kvBytes");
    }
  }
}
