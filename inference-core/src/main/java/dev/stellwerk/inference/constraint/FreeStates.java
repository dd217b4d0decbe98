package dev.stellwerk.inference.constraint;

import java.util.Arrays;
import java.util.BitSet;

/// Finds the free states of an automaton of JSON strings, as [Dfa] defines them.
///
/// Every state is reached at one place inside a string only (between code points, inside one,
/// inside an escape). A state inside text is bad when some byte of ordinary text leads nowhere or
/// to a bad state; the others are free.
final class FreeStates {
  private static final long[] TEXT = {-1L << 32 & ~(1L << '"'), ~(1L << ('\\' - 64)), -1L, -1L};

  private final Dfa dfa;
  private final int[] place;

  private FreeStates(Dfa dfa) {
    this.dfa = dfa;
    this.place = new int[dfa.states()];
  }

  /// No state when the automaton's texts are not strings or a state stands for several places.
  static BitSet of(Dfa dfa) {
    FreeStates search = new FreeStates(dfa);
    return !dfa.isEmpty() && search.findPlaces() ? search.find() : new BitSet();
  }

  /// The place inside a string that each state stands for, or null when some stands for several.
  static int[] places(Dfa dfa) {
    FreeStates search = new FreeStates(dfa);
    return dfa.isEmpty() || !search.findPlaces() ? new int[0] : search.place;
  }

  private boolean findPlaces() {
    Arrays.fill(place, -1);
    int[] open = new int[place.length];
    int to = 1;
    place[0] = JsonStringMachine.OPEN;
    while (to > 0) {
      int s = open[--to];
      for (int e = 0; e < dfa.edges(s); e++) {
        int target = dfa.edgeTarget(s, e);
        for (int b = dfa.edgeLow(s, e); b <= dfa.edgeHigh(s, e); b++) {
          int next = JsonStringMachine.step(place[s], b);
          if (next == JsonStringMachine.DEAD || (place[target] >= 0 && place[target] != next)) {
            return false;
          }
          if (place[target] < 0) {
            place[target] = next;
            open[to++] = target;
          }
        }
      }
    }
    return true;
  }

  private BitSet find() {
    int states = place.length;
    int[] from = new int[states + 1];
    BitSet bad = new BitSet(states);
    int[] open = new int[states];
    int to = 0;
    for (int s = 0; s < states; s++) {
      if (!JsonStringMachine.isInsideText(place[s]) || lacksText(s)) {
        bad.set(s);
        open[to++] = s;
      }
      for (int e = 0; e < dfa.edges(s); e++) {
        from[dfa.edgeTarget(s, e) + 1] += isText(s, e) ? 1 : 0;
      }
    }
    for (int s = 0; s < states; s++) {
      from[s + 1] += from[s];
    }
    int[] at = Arrays.copyOf(from, states);
    int[] sources = new int[from[states]];
    for (int s = 0; s < states; s++) {
      for (int e = 0; e < dfa.edges(s); e++) {
        if (isText(s, e)) {
          sources[at[dfa.edgeTarget(s, e)]++] = s;
        }
      }
    }
    while (to > 0) {
      int s = open[--to];
      for (int i = from[s]; i < from[s + 1]; i++) {
        if (!bad.get(sources[i])) {
          bad.set(sources[i]);
          open[to++] = sources[i];
        }
      }
    }
    BitSet free = new BitSet(states);
    for (int s = 0; s < states; s++) {
      free.set(s, !bad.get(s) && place[s] == JsonStringMachine.BODY);
    }
    return free;
  }

  /// Whether some byte of ordinary text may not follow.
  private boolean lacksText(int state) {
    long[] wanted = new long[4];
    long[] live = new long[4];
    JsonStringMachine.addLive(place[state], wanted);
    dfa.addLive(state, live);
    for (int i = 0; i < 4; i++) {
      if ((wanted[i] & TEXT[i] & ~live[i]) != 0) {
        return true;
      }
    }
    return false;
  }

  private boolean isText(int state, int edge) {
    for (int b = dfa.edgeLow(state, edge); b <= dfa.edgeHigh(state, edge); b++) {
      if ((TEXT[b >>> 6] & 1L << b) != 0) {
        return true;
      }
    }
    return false;
  }
}
