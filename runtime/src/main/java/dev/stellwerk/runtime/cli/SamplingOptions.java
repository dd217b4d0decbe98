package dev.stellwerk.runtime.cli;

import dev.stellwerk.inference.engine.Sampling;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/// How tokens are drawn; `--temperature` and `--seed` are in [ModelOptions].
final class SamplingOptions {
  @Option(names = "--top-k", paramLabel = "N", description = "Only the N likeliest; 0: all.")
  int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Only the likeliest that have P of the probability; default: 1, all.")
  float topP = 1f;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Only those at least P times as likely as the likeliest; default: 0, all.")
  float minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "Divides the logits of tokens that were there; default: 1.")
  float repetition = 1f;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "X",
      description = "Subtracted for each time a token was generated; default: 0.")
  float frequency;

  @Option(
      names = "--presence-penalty",
      paramLabel = "X",
      description = "Subtracted once from generated tokens; default: 0.")
  float presence;

  @Option(
      names = "--logit-bias",
      paramLabel = "ID=X",
      description = "Added to a token's logit; may be given again.")
  Map<Integer, Float> bias = new LinkedHashMap<>();

  @Option(
      names = "--logprobs",
      paramLabel = "N",
      description = "With --json: report each token and the N likeliest; 0..20.")
  int logprobs = -1;

  Sampling sampling(float temperature, long seed) {
    try {
      return new Sampling(temperature, seed)
          .withLimits(topK, topP, minP)
          .withPenalties(repetition, frequency, presence)
          .withLogitBias(bias)
          .withLogprobs(Math.max(0, logprobs));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }
}
