package dev.stellwerk.inference.engine;

import java.util.Map;

/// How the next token is chosen among those that the constraint allows.
///
/// The steps, in this order; each sees what the ones before it left:
///
/// 1. The constraint's mask takes tokens away.
/// 2. `logitBias` is added.
/// 3. `repetitionPenalty`: the logit of a token that the context or the generation contains is
///    divided by it when positive, and multiplied otherwise (Keskar et al., arXiv 1909.05858).
/// 4. `frequencyPenalty` times how often the generation has the token already, and
///    `presencePenalty` if it has it at all, are subtracted.
/// 5. With temperature 0 the highest logit is taken, ties by the lowest id. Otherwise logits are
///    divided by the temperature.
/// 6. `topK` keeps the so many highest, ties by the lowest ids.
/// 7. `topP` keeps the shortest run of the likeliest tokens whose probabilities, among what is
///    left, add up to at least so much.
/// 8. `minP` keeps tokens at least so many times as likely as the likeliest.
/// 9. One of the rest is drawn by its probability.
///
/// Log probabilities that are reported are those before step 1.
///
/// @param topK 0 keeps all
/// @param topP 1 keeps all
/// @param minP 0 keeps all
/// @param repetitionPenalty 1 changes nothing
/// @param frequencyPenalty 0 changes nothing
/// @param presencePenalty 0 changes nothing
/// @param logitBias what to add to the logits of some tokens
/// @param logprobs how many of the likeliest tokens to report beside the chosen one
/// @param seed of this generation's random numbers; the same seed and the same request give the
///   same tokens, whatever else the engine does
public record Sampling(
    float temperature,
    int topK,
    float topP,
    float minP,
    float repetitionPenalty,
    float frequencyPenalty,
    float presencePenalty,
    Map<Integer, Float> logitBias,
    int logprobs,
    long seed) {
  public static final Sampling GREEDY = new Sampling(0f, 0L);

  /// The most likely tokens that are reported.
  public static final int LOGPROBS_MAX = 20;

  private static final int BIASES_MAX = 4_096;

  public Sampling {
    logitBias = Map.copyOf(logitBias);
    check(temperature >= 0f && temperature <= 10f, "temperature", temperature, "in 0..10");
    check(topK >= 0, "topK", topK, "at least 0");
    check(topP > 0f && topP <= 1f, "topP", topP, "above 0 and at most 1");
    check(minP >= 0f && minP <= 1f, "minP", minP, "in 0..1");
    check(
        repetitionPenalty > 0f && repetitionPenalty <= 10f,
        "repetitionPenalty",
        repetitionPenalty,
        "above 0 and at most 10");
    check(Math.abs(frequencyPenalty) <= 10f, "frequencyPenalty", frequencyPenalty, "in -10..10");
    check(Math.abs(presencePenalty) <= 10f, "presencePenalty", presencePenalty, "in -10..10");
    check(logitBias.size() <= BIASES_MAX, "logitBias", logitBias.size(), "so few tokens");
    for (float bias : logitBias.values()) {
      check(Math.abs(bias) <= 1_000f, "logitBias", bias, "in -1000..1000");
    }
    check(logprobs >= 0 && logprobs <= LOGPROBS_MAX, "logprobs", logprobs, "in 0..20");
  }

  /// Plain sampling: no token is kept back, nothing is penalised.
  public Sampling(float temperature, long seed) {
    this(temperature, 0, 1f, 0f, 1f, 0f, 0f, Map.of(), 0, seed);
  }

  /// The same with other limits on what is drawn from.
  public Sampling withLimits(int newTopK, float newTopP, float newMinP) {
    return new Sampling(
        temperature,
        newTopK,
        newTopP,
        newMinP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        logitBias,
        logprobs,
        seed);
  }

  /// The same with other penalties.
  public Sampling withPenalties(float repetition, float frequency, float presence) {
    return new Sampling(
        temperature, topK, topP, minP, repetition, frequency, presence, logitBias, logprobs, seed);
  }

  /// The same with other biases.
  public Sampling withLogitBias(Map<Integer, Float> newLogitBias) {
    return new Sampling(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        newLogitBias,
        logprobs,
        seed);
  }

  /// The same, reporting so many of the likeliest tokens.
  public Sampling withLogprobs(int newLogprobs) {
    return new Sampling(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        logitBias,
        newLogprobs,
        seed);
  }

  /// Whether steps 2 to 4 change any logit.
  boolean adjusts() {
    return !logitBias.isEmpty() || penalises();
  }

  /// Whether it matters which tokens were there before.
  boolean penalises() {
    return repetitionPenalty != 1f || frequencyPenalty != 0f || presencePenalty != 0f;
  }

  /// Whether steps 6 to 8 keep tokens back.
  boolean limits() {
    return topK > 0 || topP < 1f || minP > 0f;
  }

  private static void check(boolean fits, String name, float value, String range) {
    if (!fits) {
      throw new IllegalArgumentException(name + " " + value + " is not " + range);
    }
  }
}
