package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Routing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// How far logits are from a reference's, and routers' choices from its choices.
final class ParityFigures {
  /// A lead of the reference's best token over the second that counts as clear, in RMS errors.
  private static final double CLEAR_LEAD = 5;

  private final float[][] expected;
  private final float[][] actual;

  ParityFigures(float[][] expected, float[][] actual) {
    this.expected = expected;
    this.actual = actual;
  }

  /// Choices that differ, and those of them where the margin is greater than the error of the
  /// scores.
  record Flips(int count, int unexplained, int choices) {}

  int positions() {
    return expected.length;
  }

  /// The greatest difference over the greatest logit.
  double relativeMax() {
    double worst = 0;
    for (int t = 0; t < expected.length; t++) {
      worst = Math.max(worst, greatestDifference(expected[t], actual[t]));
    }
    return worst / greatest(expected);
  }

  /// The squares of the errors over those of the logits.
  double nmse() {
    return squares(true) / squares(false);
  }

  private double squares(boolean ofErrors) {
    double sum = 0;
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        double value = ofErrors ? actual[t][i] - expected[t][i] : expected[t][i];
        sum += value * value;
      }
    }
    return sum;
  }

  /// The mean over the positions of the Kullback-Leibler divergence of the next token's
  /// distribution, in nats.
  double divergence() {
    double sum = 0;
    for (int t = 0; t < expected.length; t++) {
      double[] p = logSoftmax(expected[t]);
      double[] q = logSoftmax(actual[t]);
      for (int i = 0; i < p.length; i++) {
        sum += Math.exp(p[i]) * (p[i] - q[i]);
      }
    }
    return sum / expected.length;
  }

  private static double[] logSoftmax(float[] logits) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    double[] out = new double[logits.length];
    double log = Math.log(sum);
    Arrays.setAll(out, i -> logits[i] - log);
    return out;
  }

  /// Positions where both find the same token best.
  int sameTop() {
    int same = 0;
    for (int t = 0; t < expected.length; t++) {
      same += best(expected[t]) == best(actual[t]) ? 1 : 0;
    }
    return same;
  }

  /// Positions where the best token differs although its lead is clear.
  int clearTopsMissed() {
    double rms = Math.sqrt(squares(true) / expected.length / expected[0].length);
    int missed = 0;
    for (int t = 0; t < expected.length; t++) {
      float[] sorted = expected[t].clone();
      Arrays.sort(sorted);
      double lead = sorted[sorted.length - 1] - sorted[sorted.length - 2];
      missed += best(expected[t]) != best(actual[t]) && lead > CLEAR_LEAD * rms ? 1 : 0;
    }
    return missed;
  }

  private static int best(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  static double greatest(float[][] rows) {
    double greatest = 0;
    for (float[] row : rows) {
      for (float value : row) {
        greatest = Math.max(greatest, Math.abs(value));
      }
    }
    return greatest;
  }

  static double greatestDifference(float[] a, float[] b) {
    double greatest = 0;
    for (int i = 0; i < a.length; i++) {
      greatest = Math.max(greatest, Math.abs(a[i] - b[i]));
    }
    return greatest;
  }

  /// The least router margin of a position, over the layers.
  static double margin(ParityModel model, List<ReplayBackend.Choice> choices, int position) {
    double least = Double.POSITIVE_INFINITY;
    for (int layer = 0; layer < choices.size(); layer++) {
      Routing routing = choices.get(layer).routing;
      least = Math.min(least, margin(routing, model.scores()[layer][position]));
    }
    return least;
  }

  static Flips flips(ParityModel model, List<ReplayBackend.Choice> choices) {
    int count = 0;
    int unexplained = 0;
    int all = 0;
    for (int layer = 0; layer < choices.size(); layer++) {
      ReplayBackend.Choice choice = choices.get(layer);
      for (int t = 0; t < choice.taken.length; t++) {
        all++;
        float[] expected = model.scores()[layer][t];
        if (!sorted(choice.taken[t]).equals(sorted(model.taken()[layer][t]))) {
          count++;
          // Two scores may err towards each other, and a group's is the sum of two.
          int errors = choice.routing.groups() > 1 ? 4 : 2;
          double error = errors * greatestDifference(expected, choice.scores[t]);
          unexplained += margin(choice.routing, expected) > error ? 1 : 0;
        }
      }
    }
    return new Flips(count, unexplained, all);
  }

  private static List<Integer> sorted(int[] ids) {
    return Arrays.stream(ids).sorted().boxed().toList();
  }

  /// The difference between the last score that is taken and the first that is not; with groups, of
  /// experts or of groups, whichever is less.
  private static double margin(Routing routing, float[] scores) {
    int size = scores.length / routing.groups();
    double[] groups = new double[routing.groups()];
    for (int g = 0; g < groups.length; g++) {
      float[] members = Arrays.copyOfRange(scores, g * size, (g + 1) * size);
      Arrays.sort(members);
      groups[g] = members[size - 1] + (groups.length > 1 ? members[size - 2] : 0f);
    }
    double[] order = groups.clone();
    Arrays.sort(order);
    int dropped = groups.length - routing.groupsUsed();
    double groupMargin = Double.POSITIVE_INFINITY;
    double least = Double.NEGATIVE_INFINITY;
    if (dropped > 0) {
      least = order[dropped];
      groupMargin = least - order[dropped - 1];
    }
    List<Float> open = new ArrayList<>();
    for (int e = 0; e < scores.length; e++) {
      if (groups[e / size] >= least) {
        open.add(scores[e]);
      }
    }
    open.sort(Comparator.reverseOrder());
    double expertMargin =
        open.size() == routing.used()
            ? Double.POSITIVE_INFINITY
            : open.get(routing.used() - 1) - open.get(routing.used());
    return Math.min(groupMargin, expertMargin);
  }
}
