package dev.stellwerk.inference.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/// Names by the patterns that they match: one automaton that says at a name's end which of several
/// patterns are found in it.
final class KeyClasses {
  static final int STATES_MAX = 20_000;
  static final int PATTERNS_MAX = 60;

  private KeyClasses() {}

  /// @param names the names, as written
  /// @param classes by state: the class of the name that ends there, or -1
  /// @param matched by class: the patterns, as bits
  record Classes(Dfa names, List<Integer> classes, List<Long> matched) {
    int of(int state) {
      return classes.get(state);
    }
  }

  /// Sorts the names of an automaton into classes.
  ///
  /// @param admitted whether names that match just these patterns are wanted at all
  static Classes of(Dfa names, List<Dfa> patterns, LongPredicate admitted) {
    if (patterns.size() > PATTERNS_MAX) {
      throw new AutomatonLimitException("more than " + PATTERNS_MAX + " patterns of names");
    }
    if (patterns.isEmpty()) {
      return oneClass(names, admitted.test(0));
    }
    int width = patterns.size() + 1;
    Dfa[] parts = new Dfa[width];
    parts[0] = names;
    for (int i = 1; i < width; i++) {
      parts[i] = patterns.get(i - 1);
    }
    Dfa.Builder builder = new Dfa.Builder();
    Map<Ints, Integer> numbers = new HashMap<>();
    ArrayDeque<int[]> open = new ArrayDeque<>();
    List<Integer> classes = new ArrayList<>();
    List<Long> matched = new ArrayList<>();
    boolean[] dropped = new boolean[1];
    if (!names.isEmpty()) {
      int[] start = new int[width];
      for (int i = 1; i < width; i++) {
        start[i] = parts[i].isEmpty() ? Dfa.DEAD : 0;
      }
      numbers.put(new Ints(start), builder.state());
      open.add(start);
    }
    for (int number = 0; !open.isEmpty(); number++) {
      int[] at = open.remove();
      int which = -1;
      if (names.accepts(at[0])) {
        long bits = 0;
        for (int i = 1; i < width; i++) {
          bits |= at[i] != Dfa.DEAD && parts[i].accepts(at[i]) ? 1L << (i - 1) : 0;
        }
        if (admitted.test(bits)) {
          which = matched.indexOf(bits);
          if (which < 0) {
            which = matched.size();
            matched.add(bits);
          }
          builder.accept(number);
        } else {
          dropped[0] = true;
        }
      }
      classes.add(which);
      if (names.isFree(at[0])) {
        builder.free(number);
      }
      edges(parts, at, number, builder, numbers, open);
    }
    int[] kept = builder.kept();
    List<Integer> keptClasses = Arrays.stream(kept).mapToObj(classes::get).toList();
    Dfa all = builder.build();
    return new Classes(dropped[0] ? all.withFreeStates() : all, keptClasses, matched);
  }

  private static Classes oneClass(Dfa names, boolean wanted) {
    List<Integer> only =
        IntStream.range(0, wanted ? names.states() : 0)
            .mapToObj(s -> names.accepts(s) ? 0 : -1)
            .toList();
    return new Classes(
        wanted ? names : new Dfa.Builder().build(), only, wanted ? List.of(0L) : List.of());
  }

  private static void edges(
      Dfa[] parts,
      int[] at,
      int number,
      Dfa.Builder builder,
      Map<Ints, Integer> numbers,
      ArrayDeque<int[]> open) {
    Dfa names = parts[0];
    Budget.spend(names.edges(at[0]) * parts.length);
    for (int e = 0; e < names.edges(at[0]); e++) {
      int last = names.edgeHigh(at[0], e);
      for (int b = names.edgeLow(at[0], e); b <= last; ) {
        int to = last;
        int[] next = new int[parts.length];
        next[0] = names.edgeTarget(at[0], e);
        for (int i = 1; i < parts.length; i++) {
          next[i] = at[i] == Dfa.DEAD ? Dfa.DEAD : parts[i].step(at[i], b);
          to = at[i] == Dfa.DEAD ? to : Math.min(to, parts[i].alike(at[i], b));
        }
        Ints key = new Ints(next);
        Integer known = numbers.get(key);
        if (known == null) {
          known = builder.state(STATES_MAX);
          numbers.put(key, known);
          open.add(next);
        }
        builder.edge(number, b, to, known);
        b = to + 1;
      }
    }
  }
}
