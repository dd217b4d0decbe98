package dev.stellwerk.inference.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A nondeterministic automaton over bytes while it is being built; [#toDfa] makes it
/// deterministic.
final class Nfa {
  /// Edges looked at while an automaton is made deterministic: a bound on the time.
  static final long WORK_MAX = 20_000_000;

  private static final int[] NONE = {};

  // edges of state s: three numbers each, low, high, target
  private int[][] edges = new int[16][];
  private int[] edgeCount = new int[16];
  private int[][] epsilons = new int[16][];
  private int[] epsilonCount = new int[16];
  private int size;

  int state() {
    if (size == edges.length) {
      edges = Arrays.copyOf(edges, size * 2);
      edgeCount = Arrays.copyOf(edgeCount, size * 2);
      epsilons = Arrays.copyOf(epsilons, size * 2);
      epsilonCount = Arrays.copyOf(epsilonCount, size * 2);
    }
    edges[size] = NONE;
    epsilons[size] = NONE;
    return size++;
  }

  int size() {
    return size;
  }

  void edge(int from, int low, int high, int to) {
    int at = edgeCount[from];
    if (at == edges[from].length) {
      edges[from] = Arrays.copyOf(edges[from], Math.max(3, at * 2));
    }
    edges[from][at] = low;
    edges[from][at + 1] = high;
    edges[from][at + 2] = to;
    edgeCount[from] = at + 3;
  }

  void epsilon(int from, int to) {
    int at = epsilonCount[from];
    if (at == epsilons[from].length) {
      epsilons[from] = Arrays.copyOf(epsilons[from], Math.max(2, at * 2));
    }
    epsilons[from][at] = to;
    epsilonCount[from] = at + 1;
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

  /// Ints construction.
  ///
  /// @throws AutomatonLimitException beyond `statesMax` states
  Dfa toDfa(int start, int accept, int statesMax) {
    return new Subsets(accept, statesMax).build(start);
  }

  private final class Subsets {
    private final int accept;
    private final int statesMax;
    private final Dfa.Builder builder = new Dfa.Builder();
    private final Map<Ints, Integer> numbers = new HashMap<>();
    private final List<Ints> found = new ArrayList<>();
    private final int[] @Nullable [] closures = new int[size][];
    private final int[] mark = new int[size];
    private final int[] seen = new int[size];
    private final int[] open = new int[size];
    private int searches;
    private int[] some = new int[64];
    private int marks;
    private long work;

    Subsets(int accept, int statesMax) {
      this.accept = accept;
      this.statesMax = statesMax;
    }

    Dfa build(int start) {
      number(new Ints(closure(start).clone()));
      for (int number = 0; number < found.size(); number++) {
        int[] set = found.get(number).values;
        if (Arrays.binarySearch(set, accept) >= 0) {
          builder.accept(number);
        }
        edges(number, set);
      }
      return builder.build();
    }

    private int number(Ints set) {
      Integer known = numbers.get(set);
      if (known == null) {
        known = builder.state(statesMax);
        numbers.put(set, known);
        found.add(set);
      }
      return known;
    }

    private void edges(int number, int[] set) {
      boolean[] cut = new boolean[257];
      int count = 0;
      for (int s : set) {
        int[] of = edges[s];
        for (int e = 0; e < edgeCount[s]; e += 3) {
          cut[of[e]] = true;
          cut[of[e + 1] + 1] = true;
        }
        count += edgeCount[s] / 3;
      }
      for (int low = 0; low < 256; ) {
        int high = low + 1;
        while (high < 256 && !cut[high]) {
          high++;
        }
        spend(count);
        Ints next = behind(set, low);
        if (next.values.length > 0) {
          builder.edge(number, low, high - 1, number(next));
        }
        low = high;
      }
    }

    private Ints behind(int[] set, int b) {
      marks++;
      int count = 0;
      for (int s : set) {
        int[] of = edges[s];
        for (int e = 0; e < edgeCount[s]; e += 3) {
          if (of[e] <= b && b <= of[e + 1]) {
            for (int t : closure(of[e + 2])) {
              if (mark[t] != marks) {
                mark[t] = marks;
                some = count == some.length ? Arrays.copyOf(some, count * 2) : some;
                some[count++] = t;
              }
            }
          }
        }
      }
      int[] states = Arrays.copyOf(some, count);
      Arrays.sort(states);
      return new Ints(states);
    }

    private void spend(int steps) {
      work += steps + 1L;
      if (work > WORK_MAX) {
        throw new AutomatonLimitException("more than " + WORK_MAX + " steps to determinise");
      }
      Budget.spend(steps + 1);
    }

    /// The states that matter, those with edges and the accepting one, that a state leads to
    /// without a byte.
    private int[] closure(int state) {
      int[] known = closures[state];
      if (known == null) {
        known = findClosure(state);
        closures[state] = known;
      }
      return known;
    }

    private int[] findClosure(int state) {
      if (epsilonCount[state] == 0) {
        return new int[] {state};
      }
      searches++;
      int to = 0;
      int count = 0;
      seen[state] = searches;
      open[to++] = state;
      int[] kept = new int[8];
      for (int from = 0; from < to; from++) {
        int s = open[from];
        if (edgeCount[s] > 0 || s == accept) {
          kept = count == kept.length ? Arrays.copyOf(kept, count * 2) : kept;
          kept[count++] = s;
        }
        for (int i = 0; i < epsilonCount[s]; i++) {
          int next = epsilons[s][i];
          if (seen[next] != searches) {
            seen[next] = searches;
            open[to++] = next;
          }
        }
      }
      spend(to);
      int[] all = Arrays.copyOf(kept, count);
      Arrays.sort(all);
      return all;
    }
  }
}
