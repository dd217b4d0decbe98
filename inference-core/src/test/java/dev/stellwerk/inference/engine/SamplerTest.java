package dev.stellwerk.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.constraint.TokenMask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The sampler against a reference that is written as [Sampling] reads.
class SamplerTest {
  private static final int VOCABULARY = 97;
  private static final int DRAWS = 4_000;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment row = arena.allocate(4L * VOCABULARY, 64);
  private final Random random = new Random(11);
  private final Sampler sampler = new Sampler(VOCABULARY);

  @AfterEach
  void free() {
    arena.close();
  }

  @Test
  void drawsAsTheReferenceDoes() {
    for (int round = 0; round < 60; round++) {
      float[] logits = logits(round);
      TokenMask mask = round % 3 == 0 ? mask() : null;
      Sampling sampling = sampling(round);
      Sequence context = context();
      double[] expected = reference(logits, mask, sampling, context, List.of());
      double[] found = new double[VOCABULARY];
      SamplingState state = new SamplingState(sampling, VOCABULARY, context);
      for (int i = 0; i < DRAWS; i++) {
        assertTrue(sampler.sample(row.address(), mask, state));
        found[sampler.token()] += 1.0 / DRAWS;
      }
      String what = "round " + round + " " + sampling;
      for (int i = 0; i < VOCABULARY; i++) {
        if (expected[i] == 0) {
          assertEquals(0, found[i], what + ": token " + i + " must not be drawn");
        }
        // Five standard deviations of a binomial share.
        double spread = 5 * Math.sqrt(expected[i] * (1 - expected[i]) / DRAWS) + 1e-3;
        assertEquals(expected[i], found[i], spread, what + ": token " + i);
      }
    }
  }

  @Test
  void penaltiesFollowWhatWasGenerated() {
    for (int round = 0; round < 20; round++) {
      logits(round);
      float[] logits = read();
      Sampling sampling =
          new Sampling(0f, 1)
              .withPenalties(1 + random.nextFloat(), random.nextFloat() * 2, random.nextFloat())
              .withLogitBias(Map.of(3, 2f, 5, -3f));
      Sequence context = context();
      SamplingState state = new SamplingState(sampling, VOCABULARY, context);
      List<Integer> generated = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        assertTrue(sampler.sample(row.address(), null, state));
        double[] expected = reference(logits, null, sampling, context, generated);
        assertEquals(1.0, expected[sampler.token()], "step " + i);
        state.accept(sampler.token());
        generated.add(sampler.token());
      }
      assertTrue(new HashSet<>(generated).size() > 1, "penalties changed the choice");
    }
  }

  @Test
  void greedyTakesTheFirstOfEqualLogits() {
    row.fill((byte) 0);
    set(7, 1f);
    set(40, 1f);
    set(2, Float.NaN);
    assertTrue(sampler.sample(row.address(), null, state(Sampling.GREEDY)));
    assertEquals(7, sampler.token());
  }

  @Test
  void topKTakesTheFirstOfEqualLogits() {
    row.fill((byte) 0);
    SamplingState state = state(new Sampling(1f, 5).withLimits(3, 1f, 0f));
    Set<Integer> drawn = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      assertTrue(sampler.sample(row.address(), null, state));
      drawn.add(sampler.token());
    }
    assertEquals(Set.of(0, 1, 2), drawn);
  }

  @Test
  void reportsProbabilitiesOfTheModelAlone() {
    float[] logits = logits(2);
    double total = 0;
    for (float logit : logits) {
      total += Math.exp(logit);
    }
    TokenMask mask = new TokenMask(VOCABULARY);
    mask.allow(9);
    mask.allow(10);
    Sampling sampling = new Sampling(0.3f, 1).withLogprobs(4).withLogitBias(Map.of(9, 50f));
    assertTrue(sampler.sample(row.address(), mask, state(sampling)));
    assertEquals(9, sampler.token());
    assertEquals(Math.log(Math.exp(logits[9]) / total), sampler.logprob(), 1e-5);
    double allowed = Math.exp(logits[9]) + Math.exp(logits[10]);
    assertEquals(Math.exp(logits[9]) / allowed, sampler.maskedProbability(), 1e-5);
    Integer[] byLogit = byLogit(logits);
    assertEquals(
        Arrays.asList(byLogit).subList(0, 4),
        sampler.top().stream().map(TokenLogprob::id).toList());
    assertEquals(
        Math.log(Math.exp(logits[byLogit[3]]) / total), sampler.top().get(3).logprob(), 1e-5);
  }

  @Test
  void nothingAllowedIsSaid() {
    logits(1);
    assertFalse(sampler.sample(row.address(), new TokenMask(VOCABULARY), state(Sampling.GREEDY)));
  }

  @Test
  void refusesWhatMakesNoSense() {
    Sampling plain = Sampling.GREEDY;
    assertThrows(IllegalArgumentException.class, () -> new Sampling(-1f, 0));
    assertThrows(IllegalArgumentException.class, () -> new Sampling(Float.NaN, 0));
    assertThrows(IllegalArgumentException.class, () -> plain.withLimits(-1, 1f, 0f));
    assertThrows(IllegalArgumentException.class, () -> plain.withLimits(0, 0f, 0f));
    assertThrows(IllegalArgumentException.class, () -> plain.withLimits(0, 1f, 1.5f));
    assertThrows(IllegalArgumentException.class, () -> plain.withPenalties(0f, 0f, 0f));
    assertThrows(IllegalArgumentException.class, () -> plain.withPenalties(1f, 11f, 0f));
    assertThrows(IllegalArgumentException.class, () -> plain.withLogprobs(21));
    assertThrows(IllegalArgumentException.class, () -> plain.withLogitBias(Map.of(1, Float.NaN)));
  }

  /// The probability of each token.
  private static double[] reference(
      float[] logits,
      @Nullable TokenMask mask,
      Sampling sampling,
      Sequence context,
      List<Integer> generated) {
    double[] values = new double[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      int id = i;
      double value = logits[i] + sampling.logitBias().getOrDefault(i, 0f);
      long times = generated.stream().filter(token -> token == id).count();
      boolean present = times > 0;
      for (int t = 0; t < context.size(); t++) {
        present |= context.token(t) == i;
      }
      if (present) {
        double penalty = sampling.repetitionPenalty();
        value = value > 0 ? value / penalty : value * penalty;
      }
      value -= sampling.frequencyPenalty() * times;
      value -= times > 0 ? sampling.presencePenalty() : 0;
      values[i] = mask == null || mask.allows(i) ? value : Double.NEGATIVE_INFINITY;
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < VOCABULARY; i++) {
      if (values[i] > Double.NEGATIVE_INFINITY) {
        order.add(i);
      }
    }
    order.sort(Comparator.comparingDouble((Integer i) -> -values[i]).thenComparingInt(i -> i));
    double[] result = new double[VOCABULARY];
    if (sampling.temperature() == 0) {
      result[order.getFirst()] = 1;
      return result;
    }
    if (sampling.topK() > 0) {
      order = order.subList(0, Math.min(sampling.topK(), order.size()));
    }
    double[] weights = new double[VOCABULARY];
    double max = values[order.getFirst()];
    double total = 0;
    for (int id : order) {
      weights[id] = Math.exp((values[id] - max) / sampling.temperature());
      total += weights[id];
    }
    List<Integer> kept = new ArrayList<>();
    double sum = 0;
    for (int id : order) {
      if (sum / total < sampling.topP() && weights[id] >= sampling.minP()) {
        kept.add(id);
      }
      sum += weights[id];
    }
    double left = kept.stream().mapToDouble(id -> weights[id]).sum();
    kept.forEach(id -> result[id] = weights[id] / left);
    return result;
  }

  private Sampling sampling(int round) {
    Sampling plain = new Sampling(0.2f + random.nextFloat() * 1.5f, random.nextLong());
    Sampling limited =
        plain.withLimits(
            round % 2 == 0 ? 0 : 1 + random.nextInt(VOCABULARY + 20),
            round % 4 < 2 ? 1f : 0.05f + random.nextFloat() * 0.95f,
            round % 8 < 4 ? 0f : random.nextFloat() * 0.3f);
    return round % 5 == 0
        ? limited.withPenalties(1.3f, 0.5f, 0.5f).withLogitBias(Map.of(1, 1f, 90, -2f))
        : limited;
  }

  private float[] logits(int round) {
    float scale = 0.5f + round % 5;
    for (int i = 0; i < VOCABULARY; i++) {
      set(i, (float) random.nextGaussian() * scale);
    }
    return read();
  }

  private float[] read() {
    return row.toArray(ValueLayout.JAVA_FLOAT);
  }

  private void set(int token, float logit) {
    row.setAtIndex(ValueLayout.JAVA_FLOAT, token, logit);
  }

  private TokenMask mask() {
    TokenMask mask = new TokenMask(VOCABULARY);
    for (int i = 0; i < VOCABULARY; i++) {
      if (random.nextInt(3) > 0) {
        mask.allow(i);
      }
    }
    return mask;
  }

  private Sequence context() {
    Sequence context = new Sequence(KvLayout.latent(1, 1, 1));
    for (int i = 0; i < 10; i++) {
      context.append(random.nextInt(VOCABULARY));
    }
    return context;
  }

  private SamplingState state(Sampling sampling) {
    return new SamplingState(sampling, VOCABULARY, new Sequence(KvLayout.latent(1, 1, 1)));
  }

  private static Integer[] byLogit(float[] logits) {
    Integer[] ids = new Integer[VOCABULARY];
    Arrays.setAll(ids, i -> i);
    Arrays.sort(ids, Comparator.comparingDouble(i -> -logits[i]));
    return ids;
  }
}
