package dev.stellwerk.inference.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
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

  private static final long[] NO_EDGES = {};

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
    LongIndex pairs = new LongIndex();
    pairs.add(0);
    builder.state();
    for (int number = 0; number < pairs.size(); number++) { // states are numbered as they are met
      long pair = pairs.key(number);
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
            int known = pairs.find(next);
            if (known < 0) {
              builder.state(statesMax);
              known = pairs.add(next);
            }
            builder.edge(number, b, to, known);
          }
          b = to + 1;
        }
      }
      Budget.spend(first[mine + 1] - first[mine] + 1);
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
    // edges of state s, each target, low and high in one long
    private long[][] edges = new long[16][];
    private int[] count = new int[16];
    private int size;
    private final BitSet accepting = new BitSet();
    private final BitSet free = new BitSet();

    int state() {
      if (size == edges.length) {
        edges = Arrays.copyOf(edges, size * 2);
        count = Arrays.copyOf(count, size * 2);
      }
      edges[size] = NO_EDGES;
      return size++;
    }

    /// A further state, within a limit.
    int state(int statesMax) {
      if (size == statesMax) {
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
      int at = count[from];
      if (at > 0) {
        long last = edges[from][at - 1];
        if (to(last) == to && high(last) + 1 == low) {
          edges[from][at - 1] = packed(low(last), high, to);
          return;
        }
      }
      if (at == edges[from].length) {
        edges[from] = Arrays.copyOf(edges[from], Math.max(2, at * 2));
      }
      edges[from][at] = packed(low, high, to);
      count[from] = at + 1;
    }

    private static long packed(int low, int high, int to) {
      return (long) to << 16 | low << 8 | high;
    }

    private static int low(long edge) {
      return (int) edge >>> 8 & 0xff;
    }

    private static int high(long edge) {
      return (int) edge & 0xff;
    }

    private static int to(long edge) {
      return (int) (edge >>> 16);
    }

    private int lastEdge(int from, int b) {
      int at = count[from];
      return at > 0 && low(edges[from][at - 1]) == b ? to(edges[from][at - 1]) : DEAD;
    }

    /// The states that [#build()] keeps, in order.
    int[] kept() {
      BitSet live = productive();
      return live.get(0) ? live.stream().toArray() : new int[0];
    }

    Dfa build() {
      BitSet live = productive();
      int[] number = new int[size];
      int states = 0;
      int all = 0;
      for (int s = live.nextSetBit(0); s >= 0 && live.get(0); s = live.nextSetBit(s + 1)) {
        number[s] = states++;
        for (int i = 0; i < count[s]; i++) {
          all += live.get(to(edges[s][i])) ? 1 : 0;
        }
      }
      int[] first = new int[states + 1];
      byte[] low = new byte[all];
      byte[] high = new byte[all];
      int[] target = new int[all];
      BitSet accepts = new BitSet(states);
      BitSet frees = new BitSet(states);
      int at = 0;
      for (int s = live.nextSetBit(0); s >= 0 && states > 0; s = live.nextSetBit(s + 1)) {
        accepts.set(number[s], accepting.get(s));
        frees.set(number[s], free.get(s));
        for (int i = 0; i < count[s]; i++) {
          long edge = edges[s][i];
          if (live.get(to(edge))) {
            low[at] = (byte) low(edge);
            high[at] = (byte) high(edge);
            target[at++] = number[to(edge)];
          }
        }
        first[number[s] + 1] = at;
      }
      return new Dfa(first, low, high, target, accepts, frees);
    }

    /// The states that lead to an accepting one.
    private BitSet productive() {
      int[] from = new int[size + 1];
      for (int s = 0; s < size; s++) {
        for (int i = 0; i < count[s]; i++) {
          from[to(edges[s][i]) + 1]++;
        }
      }
      for (int s = 0; s < size; s++) {
        from[s + 1] += from[s];
      }
      int[] at = Arrays.copyOf(from, size);
      int[] sources = new int[from[size]];
      for (int s = 0; s < size; s++) {
        for (int i = 0; i < count[s]; i++) {
          sources[at[to(edges[s][i])]++] = s;
        }
      }
      BitSet live = (BitSet) accepting.clone();
      int[] open = new int[size];
      int to = 0;
      for (int s = live.nextSetBit(0); s >= 0; s = live.nextSetBit(s + 1)) {
        open[to++] = s;
      }
      while (to > 0) {
        int s = open[--to];
        for (int i = from[s]; i < from[s + 1]; i++) {
          if (!live.get(sources[i])) {
            live.set(sources[i]);
            open[to++] = sources[i];
          }
        }
      }
      return live;
    }
  }
}
