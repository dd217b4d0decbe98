package dev.stellwerk.inference.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/// An immutable deterministic automaton over bytes. State 0 is the start; from every state an
/// accepting one can be reached; an automaton without states accepts nothing.
///
/// ```
/// edges of state s: first[s] .. first[s + 1] - 1, each low..high -> target, sorted by low
/// ```
///
/// A *free* state is one inside a JSON string that any whole code points lead to free states again,
/// as long as no quote, backslash or control character is among them: there, most tokens are known
/// to be allowed without a walk.
final class Dfa {
  static final int DEAD = -1;

  private final int[] first;
  private final byte[] low;
  private final byte[] high;
  private final int[] target;
  private final BitSet accepting;
  private final BitSet free;

  private Dfa(int[] first, byte[] low, byte[] high, int[] target, BitSet accepting, BitSet free) {
    this.first = first;
    this.low = low;
    this.high = high;
    this.target = target;
    this.accepting = accepting;
    this.free = free;
  }

  int states() {
    return first.length - 1;
  }

  boolean isEmpty() {
    return states() == 0;
  }

  boolean accepts(int state) {
    return accepting.get(state);
  }

  boolean isFree(int state) {
    return free.get(state);
  }

  /// Whether nothing can follow.
  boolean isLast(int state) {
    return first[state] == first[state + 1];
  }

  int step(int state, int b) {
    for (int e = first[state]; e < first[state + 1]; e++) {
      if (b < (low[e] & 0xff)) {
        return DEAD;
      }
      if (b <= (high[e] & 0xff)) {
        return target[e];
      }
    }
    return DEAD;
  }

  int edges(int state) {
    return first[state + 1] - first[state];
  }

  int edgeLow(int state, int i) {
    return low[first[state] + i] & 0xff;
  }

  int edgeHigh(int state, int i) {
    return high[first[state] + i] & 0xff;
  }

  int edgeTarget(int state, int i) {
    return target[first[state] + i];
  }

  /// By state: the least of what its accepting successors, itself included, are worth.
  int[] least(IntUnaryOperator worth) {
    int[] least = new int[states()];
    Arrays.setAll(least, s -> accepting.get(s) ? worth.applyAsInt(s) : Integer.MAX_VALUE);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int s = states() - 1; s >= 0; s--) {
        for (int e = first[s]; e < first[s + 1]; e++) {
          if (least[target[e]] < least[s]) {
            least[s] = least[target[e]];
            changed = true;
          }
        }
      }
    }
    return least;
  }

  /// Adds the bytes that may follow to a set of 256 bits.
  void addLive(int state, long[] live) {
    for (int e = first[state]; e < first[state + 1]; e++) {
      for (int b = low[e] & 0xff; b <= (high[e] & 0xff); b++) {
        live[b >>> 6] |= 1L << b;
      }
    }
  }

  boolean matches(byte[] text) {
    int state = isEmpty() ? DEAD : 0;
    for (int i = 0; i < text.length && state != DEAD; i++) {
      state = step(state, text[i] & 0xff);
    }
    return state != DEAD && accepts(state);
  }

  /// Accepts exactly these texts.
  static Dfa ofTexts(Collection<byte[]> texts) {
    List<byte[]> sorted = new ArrayList<>(texts);
    sorted.sort(Arrays::compareUnsigned);
    Builder builder = new Builder();
    int root = builder.state();
    for (byte[] text : sorted) {
      int state = root;
      for (byte b : text) {
        // Sorted texts share a prefix with the text before: its edge is the last one added.
        int known = builder.lastEdge(state, b & 0xff);
        int next = known == DEAD ? builder.state() : known;
        if (known == DEAD) {
          builder.edge(state, b & 0xff, b & 0xff, next);
        }
        state = next;
      }
      builder.accept(state);
    }
    return builder.build();
  }

  /// What both accept.
  Dfa and(Dfa other, int statesMax) {
    return product(other, statesMax, true);
  }

  /// What this accepts and the other does not. The other's texts are JSON strings with their
  /// quotes.
  Dfa minus(Dfa other, int statesMax) {
    return product(other, statesMax, false);
  }

  private Dfa product(Dfa other, int statesMax, boolean both) {
    if (isEmpty() || other.isEmpty()) {
      return both && !isEmpty() ? other : this;
    }
    Builder builder = new Builder();
    Map<Long, Integer> numbers = new HashMap<>();
    ArrayDeque<Long> open = new ArrayDeque<>();
    numbers.put(0L, builder.state());
    open.add(0L);
    for (int number = 0; !open.isEmpty(); number++) { // states are numbered as they are met
      long pair = open.remove();
      int mine = (int) (pair >>> 32);
      int theirs = (int) pair;
      boolean theirAccept = theirs != DEAD && other.accepts(theirs);
      if (accepts(mine) && theirAccept == both) {
        builder.accept(number);
      }
      if (isFree(mine) && !both) {
        builder.free(number); // what is taken away are whole texts, closing quote included
      }
      for (int e = first[mine]; e < first[mine + 1]; e++) {
        int last = high[e] & 0xff;
        for (int b = low[e] & 0xff; b <= last; ) {
          int to = theirs == DEAD ? last : Math.min(last, other.alike(theirs, b));
          int nextTheirs = theirs == DEAD ? DEAD : other.step(theirs, b);
          if (!both || nextTheirs != DEAD) {
            long next = (long) target[e] << 32 | (nextTheirs & 0xffffffffL);
            Integer known = numbers.get(next);
            if (known == null) {
              known = builder.state(statesMax);
              numbers.put(next, known);
              open.add(next);
            }
            builder.edge(number, b, to, known);
          }
          b = to + 1;
        }
      }
    }
    return builder.build();
  }

  /// The last byte up to which the state behaves as with `b`.
  int alike(int state, int b) {
    for (int e = first[state]; e < first[state + 1]; e++) {
      if (b < (low[e] & 0xff)) {
        return (low[e] & 0xff) - 1;
      }
      if (b <= (high[e] & 0xff)) {
        return high[e] & 0xff;
      }
    }
    return 255;
  }

  /// The same automaton with its free states found out; for automata of JSON strings.
  Dfa withFreeStates() {
    BitSet known = FreeStates.of(this);
    return new Dfa(first, low, high, target, accepting, known);
  }

  /// Collects states and edges; [#build()] drops what cannot reach an accepting state.
  static final class Builder {
    private final List<List<int[]>> edges = new ArrayList<>(); // a state: {low, high, target}
    private final BitSet accepting = new BitSet();
    private final BitSet free = new BitSet();

    int state() {
      edges.add(new ArrayList<>(2));
      return edges.size() - 1;
    }

    /// A further state, within a limit.
    int state(int statesMax) {
      if (edges.size() == statesMax) {
        throw new AutomatonLimitException("more than " + statesMax + " states");
      }
      return state();
    }

    void accept(int state) {
      accepting.set(state);
    }

    /// Says that a state is free; the caller has to know.
    void free(int state) {
      free.set(state);
    }

    /// Adds an edge; the edges of a state must be added in the order of their bytes.
    void edge(int from, int low, int high, int to) {
      List<int[]> of = edges.get(from);
      int[] last = of.isEmpty() ? null : of.getLast();
      if (last != null && last[2] == to && last[1] + 1 == low) {
        last[1] = high;
      } else {
        of.add(new int[] {low, high, to});
      }
    }

    private int lastEdge(int from, int b) {
      List<int[]> of = edges.get(from);
      return !of.isEmpty() && of.getLast()[0] == b ? of.getLast()[2] : DEAD;
    }

    /// The states that [#build()] keeps, in order.
    int[] kept() {
      BitSet live = productive();
      return live.get(0) ? live.stream().toArray() : new int[0];
    }

    Dfa build() {
      BitSet live = productive();
      int[] number = new int[edges.size()];
      int states = 0;
      int count = 0;
      for (int s = live.nextSetBit(0); s >= 0 && live.get(0); s = live.nextSetBit(s + 1)) {
        number[s] = states++;
        for (int[] edge : edges.get(s)) {
          count += live.get(edge[2]) ? 1 : 0;
        }
      }
      int[] first = new int[states + 1];
      byte[] low = new byte[count];
      byte[] high = new byte[count];
      int[] target = new int[count];
      BitSet accepts = new BitSet(states);
      BitSet frees = new BitSet(states);
      int at = 0;
      for (int s = live.nextSetBit(0); s >= 0 && states > 0; s = live.nextSetBit(s + 1)) {
        accepts.set(number[s], accepting.get(s));
        frees.set(number[s], free.get(s));
        for (int[] edge : edges.get(s)) {
          if (live.get(edge[2])) {
            low[at] = (byte) edge[0];
            high[at] = (byte) edge[1];
            target[at++] = number[edge[2]];
          }
        }
        first[number[s] + 1] = at;
      }
      return new Dfa(first, low, high, target, accepts, frees);
    }

    private BitSet productive() {
      List<List<Integer>> sources = new ArrayList<>();
      for (int s = 0; s < edges.size(); s++) {
        sources.add(new ArrayList<>(2));
      }
      for (int s = 0; s < edges.size(); s++) {
        for (int[] edge : edges.get(s)) {
          sources.get(edge[2]).add(s);
        }
      }
      BitSet live = (BitSet) accepting.clone();
      ArrayDeque<Integer> open = new ArrayDeque<>();
      accepting.stream().forEach(open::add);
      while (!open.isEmpty()) {
        for (int source : sources.get(open.remove())) {
          if (!live.get(source)) {
            live.set(source);
            open.add(source);
          }
        }
      }
      return live;
    }
  }
}
