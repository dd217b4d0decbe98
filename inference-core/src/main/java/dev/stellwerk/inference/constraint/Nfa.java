package dev.stellwerk.inference.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// A nondeterministic automaton over bytes while it is being built; [#toDfa] makes it
/// deterministic.
final class Nfa {
  /// Edges looked at while an automaton is made deterministic: a bound on the time.
  static final long WORK_MAX = 20_000_000;

  private long work;
  private final List<List<int[]>> edges = new ArrayList<>(); // a state: {low, high, target}
  private final List<List<Integer>> epsilons = new ArrayList<>();

  int state() {
    edges.add(new ArrayList<>(2));
    epsilons.add(new ArrayList<>(2));
    return edges.size() - 1;
  }

  int size() {
    return edges.size();
  }

  void edge(int from, int low, int high, int to) {
    edges.get(from).add(new int[] {low, high, to});
  }

  void epsilon(int from, int to) {
    epsilons.get(from).add(to);
  }

  /// An edge a byte of an ASCII text; returns the state behind the last.
  int text(int from, String ascii) {
    int state = from;
    for (int i = 0; i < ascii.length(); i++) {
      int next = state();
      edge(state, ascii.charAt(i), ascii.charAt(i), next);
      state = next;
    }
    return state;
  }

  /// Subset construction.
  ///
  /// @throws AutomatonLimitException beyond `statesMax` states
  Dfa toDfa(int start, int accept, int statesMax) {
    Dfa.Builder builder = new Dfa.Builder();
    Map<BitSet, Integer> numbers = new HashMap<>();
    ArrayDeque<BitSet> open = new ArrayDeque<>();
    BitSet first = new BitSet();
    close(start, first);
    numbers.put(first, builder.state());
    open.add(first);
    for (int number = 0; !open.isEmpty(); number++) { // states are numbered as they are met
      BitSet set = open.remove();
      if (set.get(accept)) {
        builder.accept(number);
      }
      int[] cuts = cuts(set);
      for (int i = 0; i + 1 < cuts.length; i++) {
        BitSet next = next(set, cuts[i]);
        if (next.isEmpty()) {
          continue;
        }
        Integer known = numbers.get(next);
        if (known == null) {
          known = builder.state(statesMax);
          numbers.put(next, known);
          open.add(next);
        }
        builder.edge(number, cuts[i], cuts[i + 1] - 1, known);
      }
    }
    return builder.build();
  }

  /// The bytes at which the set's behaviour may change.
  private int[] cuts(BitSet set) {
    TreeSet<Integer> cuts = new TreeSet<>();
    for (int s = set.nextSetBit(0); s >= 0; s = set.nextSetBit(s + 1)) {
      for (int[] edge : edges.get(s)) {
        cuts.add(edge[0]);
        cuts.add(edge[1] + 1);
      }
    }
    int[] sorted = new int[cuts.size()];
    Arrays.setAll(sorted, i -> cuts.pollFirst());
    return sorted;
  }

  private BitSet next(BitSet set, int b) {
    BitSet next = new BitSet();
    for (int s = set.nextSetBit(0); s >= 0; s = set.nextSetBit(s + 1)) {
      work += edges.get(s).size() + 1;
      if (work > WORK_MAX) {
        throw new AutomatonLimitException("more than " + WORK_MAX + " steps to determinise");
      }
      for (int[] edge : edges.get(s)) {
        if (edge[0] <= b && b <= edge[1]) {
          close(edge[2], next);
        }
      }
    }
    return next;
  }

  private void close(int state, BitSet set) {
    ArrayDeque<Integer> open = new ArrayDeque<>();
    open.add(state);
    while (!open.isEmpty()) {
      int s = open.remove();
      if (!set.get(s)) {
        set.set(s);
        open.addAll(epsilons.get(s));
      }
    }
  }
}
