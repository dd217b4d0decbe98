package dev.stellwerk.inference.constraint;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Strings of an automaton within bounds on their length, counted while they are written instead of
/// in the automaton's states.
///
/// Which numbers of further code points can complete a text is known for each state: level `r`
/// holds the states from which just `r` more will do. A level follows from the one before, so
/// levels repeat sooner or later, and only those before are kept.
final class Counted {
  static final int STATE_BITS = 14;
  static final int COUNT_MAX = (1 << (31 - STATE_BITS)) - 1;

  private static final int STATE = (1 << STATE_BITS) - 1;

  /// Levels looked at before a schema is too large.
  private static final int LEVELS_MAX = 70_000;

  final Dfa dfa;
  final int least;
  final int most;
  private final boolean bounded;
  private final int[] place;
  private final int[][] next; // by level: the first level from it on that the state is in, or -1
  private final boolean freeMayEnd;
  private final int repeats; // levels from the last on are those from here on

  /// @throws AutomatonLimitException when the automaton is too large or not one of strings
  Counted(Dfa dfa, int least, int most) {
    this.dfa = dfa;
    this.least = least;
    this.bounded = most < Grammar.UNBOUNDED;
    this.most = bounded ? Math.min(most, COUNT_MAX) : Grammar.UNBOUNDED;
    this.place = FreeStates.places(dfa);
    if (!dfa.isEmpty() && (place.length == 0 || dfa.states() > 1 << STATE_BITS)) {
      throw new AutomatonLimitException("a pattern of more than " + (1 << STATE_BITS) + " states");
    }
    List<BitSet> levels = new ArrayList<>();
    this.repeats = levels(levels);
    this.next = new int[levels.size()][dfa.states()];
    for (int s = 0; s < dfa.states(); s++) {
      // What lies behind the last level is what lies behind the level that it repeats.
      int found = -1;
      for (int r = levels.size() - 1; r >= repeats; r--) {
        found = levels.get(r).get(s) ? r : found;
      }
      int behind = found < 0 ? -1 : levels.size() + found - repeats;
      for (int r = levels.size() - 1; r >= 0; r--) {
        behind = levels.get(r).get(s) ? r : behind;
        next[r][s] = behind;
      }
    }
    boolean all = true;
    for (int s = 0; s < dfa.states(); s++) {
      all &= !dfa.isFree(s) || next[0][s] == 0;
    }
    this.freeMayEnd = all;
  }

  /// Collects the levels up to the first repetition; returns which level comes again.
  private int levels(List<BitSet> levels) {
    Map<BitSet, Integer> known = new HashMap<>();
    BitSet level = new BitSet();
    for (int s = 0; s < dfa.states(); s++) {
      level.set(s, dfa.accepts(s));
    }
    Edges counting = new Edges(true);
    Edges others = new Edges(false);
    others.close(level);
    int wanted = bounded ? most : Math.max(least, 1);
    while (true) {
      Integer before = known.putIfAbsent(level, levels.size());
      if (before != null) {
        return before;
      }
      levels.add(level);
      if (levels.size() > LEVELS_MAX || (long) levels.size() * dfa.states() > 4_000_000) {
        throw new AutomatonLimitException("a pattern with a length above " + wanted);
      }
      BitSet above = new BitSet();
      for (int s = level.nextSetBit(0); s >= 0; s = level.nextSetBit(s + 1)) {
        counting.sources(s, above);
      }
      others.close(above);
      level = above;
    }
  }

  /// Edges backwards: those whose byte begins a code point, or the others.
  private final class Edges {
    private final int[] from = new int[dfa.states() + 1];
    private final int[] sources;

    Edges(boolean counting) {
      int states = dfa.states();
      for (int s = 0; s < states; s++) {
        for (int e = 0; e < dfa.edges(s); e++) {
          from[dfa.edgeTarget(s, e) + 1] += counts(s, e) == counting ? 1 : 0;
        }
      }
      for (int s = 0; s < states; s++) {
        from[s + 1] += from[s];
      }
      sources = new int[from[states]];
      int[] at = from.clone();
      for (int s = 0; s < states; s++) {
        for (int e = 0; e < dfa.edges(s); e++) {
          if (counts(s, e) == counting) {
            sources[at[dfa.edgeTarget(s, e)]++] = s;
          }
        }
      }
    }

    private boolean counts(int state, int edge) {
      return Counted.this.counts(state, dfa.edgeTarget(state, edge));
    }

    void sources(int target, BitSet into) {
      Budget.spend(from[target + 1] - from[target]);
      for (int i = from[target]; i < from[target + 1]; i++) {
        into.set(sources[i]);
      }
    }

    /// Adds everything that leads into a set.
    void close(BitSet set) {
      BitSet open = (BitSet) set.clone();
      while (!open.isEmpty()) {
        BitSet more = new BitSet();
        for (int s = open.nextSetBit(0); s >= 0; s = open.nextSetBit(s + 1)) {
          sources(s, more);
        }
        more.andNot(set);
        set.or(more);
        open = more;
      }
    }
  }

  /// Whether a step between two states begins a code point.
  private boolean counts(int from, int to) {
    return place[from] == JsonStringMachine.BODY && place[to] != JsonStringMachine.END;
  }

  /// The place, state and count in one, behind a byte; [Dfa#DEAD] when it may not follow.
  int step(int value, int b) {
    int from = value & STATE;
    int to = dfa.step(from, b);
    return to == Dfa.DEAD ? Dfa.DEAD : behind(value, to);
  }

  private int behind(int value, int to) {
    int count = (value >>> STATE_BITS) + (counts(value & STATE, to) ? 1 : 0);
    if (bounded && count > most) {
      return Dfa.DEAD;
    }
    // Counts above the least are alike when there is no most.
    return (bounded ? count : Math.min(count, least)) << STATE_BITS | to;
  }

  /// Whether a text may end here.
  boolean mayEnd(int value) {
    return value != Dfa.DEAD && dfa.accepts(value & STATE) && value >>> STATE_BITS >= least;
  }

  /// Whether a text can be completed within the bounds.
  boolean canEnd(int value) {
    if (value == Dfa.DEAD) {
      return false;
    }
    int count = value >>> STATE_BITS;
    int wanted = Math.max(0, least - count);
    int size = next.length;
    int shift = 0;
    if (wanted >= size) {
      int period = size - repeats;
      shift = (wanted - size) / period * period + period;
      wanted -= shift;
    }
    int found = next[wanted][value & STATE];
    return found >= 0 && (!bounded || found + shift <= most - count);
  }

  /// Adds the bytes that may follow to a set of 256 bits.
  void addLive(int value, long[] live) {
    int from = value & STATE;
    for (int e = 0; e < dfa.edges(from); e++) {
      int next = behind(value, dfa.edgeTarget(from, e));
      if (mayEnd(next) || canEnd(next)) {
        for (int b = dfa.edgeLow(from, e); b <= dfa.edgeHigh(from, e); b++) {
          Outlook.allow(live, b);
        }
      }
    }
  }

  /// Code points that a string may still take, all of them free to choose; -1 when there are
  /// limits.
  int room(int value) {
    int count = value >>> STATE_BITS;
    boolean free = freeMayEnd && dfa.isFree(value & STATE) && count >= least;
    return !free ? -1 : bounded ? most - count : Grammar.UNBOUNDED;
  }

  boolean isEmpty() {
    return dfa.isEmpty() || !canEnd(0);
  }
}
