package dev.stellwerk.inference.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stellwerk.inference.backend.scalar.ScalarBackend;
import dev.stellwerk.inference.platform.Memory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The router's rules, on values that can be checked by hand.
class RoutingTest {
  @Test
  void softmaxTakesTheBestAndTiesGoToTheLowestIndex() {
    Routing routing = new Routing(Routing.Scoring.SOFTMAX, 4, 3, false, 1f);
    float log2 = (float) Math.log(2);
    Routed routed = route(routing, null, 0f, log2, log2, 0f);
    assertArrayEquals(new int[] {1, 2, 0}, routed.ids);
    assertArrayEquals(new float[] {2f / 6, 2f / 6, 1f / 6}, routed.weights, 1e-6f);
  }

  @Test
  void theBiasSelectsButDoesNotWeigh() {
    Routing routing = new Routing(Routing.Scoring.SIGMOID, 3, 2, false, 1f);
    Routed routed = route(routing, new float[] {0f, 0f, 5f}, 0f, 2f, -2f);
    assertArrayEquals(new int[] {2, 1}, routed.ids);
    float low = (float) (1 / (1 + Math.exp(2)));
    assertArrayEquals(new float[] {low, 1 - low}, routed.weights, 1e-6f);
  }

  @Test
  void weightsAreNormalisedAndThenScaled() {
    Routing routing = new Routing(Routing.Scoring.SIGMOID, 3, 2, true, 2.5f);
    Routed routed = route(routing, null, 1f, 1f, 0f);
    assertArrayEquals(new int[] {0, 1}, routed.ids);
    assertArrayEquals(new float[] {1.25f, 1.25f}, routed.weights, 1e-6f);
  }

  @Test
  void aSumNearZeroDoesNotBlowUp() {
    Routing routing = new Routing(Routing.Scoring.SIGMOID, 2, 1, true, 1f);
    Routed routed = route(routing, null, -100f, -90f);
    assertEquals(1, routed.ids[0]);
    assertEquals(0f, routed.weights[0], 1e-6f);
  }

  @Test
  void scoresThatAreNoNumbersComeLast() {
    Routing routing = new Routing(Routing.Scoring.SIGMOID, 4, 3, false, 1f);
    Routed routed = route(routing, null, Float.NaN, -5f, Float.NaN, 3f);
    assertArrayEquals(new int[] {3, 1, 0}, routed.ids);
  }

  @Test
  void topKFirstTakesSoftmaxOverTheTaken() {
    Routing routing = new Routing(Routing.Scoring.SOFTMAX_OF_TAKEN, 4, 2, false, 1f);
    float log3 = (float) Math.log(3);
    Routed routed = route(routing, null, -5f, 1f, 1f + log3, 0.5f);
    assertArrayEquals(new int[] {2, 1}, routed.ids);
    assertArrayEquals(new float[] {0.75f, 0.25f}, routed.weights, 1e-6f);
  }

  @Test
  void sigmoidGroupsScoreTheirTwoBest() {
    // Group 0 has the best expert, group 1 the best two together.
    Routing routing = new Routing(Routing.Scoring.SIGMOID, 6, 2, false, 1f, 3, 1);
    Routed routed = route(routing, null, 3f, -5f, 1f, 1f, -9f, -9f);
    assertArrayEquals(new int[] {2, 3}, routed.ids);
  }

  @Test
  void softmaxGroupsScoreTheirBest() {
    Routing routing = new Routing(Routing.Scoring.SOFTMAX, 6, 2, false, 1f, 3, 1);
    Routed routed = route(routing, null, 3f, -5f, 2.9f, 2.9f, -9f, -9f);
    assertArrayEquals(new int[] {0, 1}, routed.ids);
  }

  @Test
  void theBiasTakesPartInTheChoiceOfGroups() {
    Routing routing = new Routing(Routing.Scoring.SIGMOID, 6, 3, false, 1f, 3, 2);
    float[] bias = {0f, 0f, 0f, 0f, 2f, 2f};
    Routed routed = route(routing, bias, 3f, 2f, 2.5f, 2.6f, -9f, -9.5f);
    assertArrayEquals(new int[] {4, 5, 3}, routed.ids);
  }

  @Test
  void equalGroupsGoToTheLowestIndex() {
    Routing routing = new Routing(Routing.Scoring.SIGMOID, 6, 4, false, 1f, 3, 2);
    Routed routed = route(routing, null, 1f, 1f, 1f, 1f, 1f, 1f);
    assertArrayEquals(new int[] {0, 1, 2, 3}, routed.ids);
  }

  @Test
  void groupsThatHoldTooFewAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Routing(Routing.Scoring.SIGMOID, 6, 3, false, 1f, 3, 1));
  }

  @Test
  void moreThanThereAreIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Routing(Routing.Scoring.SOFTMAX, 4, 5, false, 1f));
  }

  private static Routed route(Routing routing, float @Nullable [] bias, float... logits) {
    try (Backend backend = new ScalarBackend()) {
      Rows rows = Rows.allocate(backend, 1, logits.length);
      for (int i = 0; i < logits.length; i++) {
        Memory.putFloat(rows.address(0) + 4L * i, logits[i]);
      }
      Buffer biases = null;
      if (bias != null) {
        biases = backend.allocate(4L * bias.length);
        for (int i = 0; i < bias.length; i++) {
          Memory.putFloat(biases.address() + 4L * i, bias[i]);
        }
      }
      Selection out = Selection.allocate(backend, 1, routing.used());
      backend.kernels().route(routing, rows, biases, 1, out);
      Routed routed = new Routed(routing.used());
      for (int i = 0; i < routing.used(); i++) {
        routed.ids[i] = Memory.getInt(out.idAddress(0, i));
        routed.weights[i] = Memory.getFloat(out.weightAddress(0, i));
      }
      return routed;
    }
  }

  private static final class Routed {
    private final int[] ids;
    private final float[] weights;

    Routed(int used) {
      ids = new int[used];
      weights = new float[used];
    }
  }
}
