package dev.stellwerk.inference.engine;

/// How the next token is chosen among those that the constraint allows.
///
/// @param temperature 0 means greedy: the highest logit, ties by the lowest id
/// @param seed of this generation's random numbers; the same seed gives the same tokens
public record Sampling(float temperature, long seed) {
  public static final Sampling GREEDY = new Sampling(0f, 0L);

  public Sampling {
    if (!(temperature >= 0f && temperature <= 10f)) {
      throw new IllegalArgumentException("temperature " + temperature + " is not in 0..10");
    }
  }
}
