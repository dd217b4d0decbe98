package dev.stellwerk.inference.constraint;

import java.util.Arrays;

/// The names that an object's members may have, as a trie: below each state lies a run of the names
/// in the order of their bytes.
final class KeyTrie {
  private final Dfa trie;
  private final int[] from;
  private final int[] to;
  private final int[] name;

  /// @param sorted names as they are written, quotes included, in the order of their bytes
  KeyTrie(byte[][] sorted) {
    trie = Dfa.ofTexts(Arrays.asList(sorted));
    from = new int[trie.states()];
    to = new int[trie.states()];
    name = new int[trie.states()];
    Arrays.fill(from, Integer.MAX_VALUE);
    Arrays.fill(name, -1);
    for (int i = 0; i < sorted.length; i++) {
      int state = 0;
      cover(state, i);
      for (byte b : sorted[i]) {
        state = trie.step(state, b & 0xff);
        cover(state, i);
      }
      name[state] = i;
    }
  }

  private void cover(int state, int i) {
    from[state] = Math.min(from[state], i);
    to[state] = i + 1;
  }

  /// How many bits a place takes that may also be off the trie.
  int bits() {
    return Integer.SIZE - Integer.numberOfLeadingZeros(trie.states());
  }

  /// The place behind a byte when any text may be written; off the trie it stays there.
  int follow(int place, int b) {
    int off = trie.states();
    int next = place == off ? Dfa.DEAD : trie.step(place, b);
    return next == Dfa.DEAD ? off : next;
  }

  /// Whether a declared name ends at a place.
  boolean isName(int place) {
    return place < name.length && name[place] >= 0;
  }

  boolean isEmpty() {
    return trie.isEmpty();
  }

  int step(int state, int b) {
    return trie.step(state, b);
  }

  /// The first name below a state.
  int from(int state) {
    return from[state];
  }

  /// The name behind the last below a state.
  int to(int state) {
    return to[state];
  }

  /// The name that ends at a state, or -1.
  int name(int state) {
    return name[state];
  }

  int edges(int state) {
    return trie.edges(state);
  }

  int edge(int state, int i) {
    return trie.edgeLow(state, i);
  }

  int target(int state, int i) {
    return trie.edgeTarget(state, i);
  }
}
