package dev.stellwerk.inference.constraint;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The tokens of a vocabulary as a trie over their bytes, in flat arrays, depth first.
///
/// ```
/// node   0   1   2   3   4
/// label  a   b   c   b   d      tokens: "a" "ab" "abc" "b" "bd"
/// depth  1   2   3   1   2
/// skip   3   3   3   5   5      the next node that is not below
/// token  ... or -1; further tokens of the same bytes follow through twin[token]
/// ```
final class TokenTrie {
  private static final int NONE = -1;

  private byte[] label = new byte[1024];
  private short[] depth = new short[1024];
  private int[] skip = new int[1024];
  private int[] token = new int[1024];
  private final int[] twin;
  private int size;
  private int deepest;

  /// A trie of some of a vocabulary's tokens.
  ///
  /// @param vocabularySize one more than the highest id
  /// @param bytes of each of the tokens; none may be empty or longer than a short can count
  TokenTrie(int[] tokens, int vocabularySize, IntFunction<byte[]> bytes) {
    twin = new int[vocabularySize];
    Arrays.fill(twin, NONE);
    byte[][] texts = new byte[tokens.length][];
    for (int i = 0; i < tokens.length; i++) {
      texts[i] = bytes.apply(tokens[i]);
    }
    int[] order = sorted(texts);
    int[] path = new int[Short.MAX_VALUE + 1]; // the open node at each depth
    int open = 0;
    byte[] before = {};
    for (int at : order) {
      byte[] text = texts[at];
      int shared = Arrays.mismatch(before, text);
      if (shared < 0) {
        twin[tokens[at]] = token[path[open]];
        token[path[open]] = tokens[at];
        continue;
      }
      for (; open > shared; open--) {
        skip[path[open]] = size;
      }
      while (open < text.length) {
        int node = add(text[open], open + 1);
        path[++open] = node;
      }
      token[path[open]] = tokens[at];
      before = text;
    }
    for (; open > 0; open--) {
      skip[path[open]] = size;
    }
    trim();
  }

  int nodes() {
    return size;
  }

  /// Allows the tokens whose bytes the automaton accepts from a state on.
  void walk(ByteAutomaton automaton, State from, TokenMask mask) {
    @Nullable State[] states = new State[deepest + 1];
    states[0] = from;
    int node = 0;
    while (node < size) {
      int at = depth[node];
      State above = states[at - 1];
      State next = above == null ? null : automaton.step(above, label[node] & 0xff);
      if (next == null) {
        node = skip[node];
        continue;
      }
      states[at] = next;
      for (int t = token[node]; t != NONE; t = twin[t]) {
        mask.allow(t);
      }
      node++;
    }
  }

  private int add(byte newLabel, int newDepth) {
    if (size == label.length) {
      label = Arrays.copyOf(label, size * 2);
      depth = Arrays.copyOf(depth, size * 2);
      skip = Arrays.copyOf(skip, size * 2);
      token = Arrays.copyOf(token, size * 2);
    }
    label[size] = newLabel;
    depth[size] = (short) newDepth;
    token[size] = NONE;
    deepest = Math.max(deepest, newDepth);
    return size++;
  }

  private void trim() {
    label = Arrays.copyOf(label, size);
    depth = Arrays.copyOf(depth, size);
    skip = Arrays.copyOf(skip, size);
    token = Arrays.copyOf(token, size);
  }

  /// Sorts by bytes: the first five and the place in one long, which settles most comparisons
  /// without touching the texts.
  private static int[] sorted(byte[][] texts) {
    long[] keys = new long[texts.length];
    for (int i = 0; i < texts.length; i++) {
      keys[i] = prefix(texts[i]) << 24 | i;
    }
    Arrays.sort(keys);
    int[] order = new int[texts.length];
    for (int from = 0; from < keys.length; ) {
      int to = from + 1;
      while (to < keys.length && keys[to] >>> 24 == keys[from] >>> 24) {
        to++;
      }
      if (to - from > 1) {
        Integer[] run = new Integer[to - from];
        for (int i = from; i < to; i++) {
          run[i - from] = (int) keys[i] & 0xffffff;
        }
        Arrays.sort(run, (a, b) -> Arrays.compareUnsigned(texts[a], texts[b]));
        for (int i = from; i < to; i++) {
          order[i] = run[i - from];
        }
      } else {
        order[from] = (int) keys[from] & 0xffffff;
      }
      from = to;
    }
    return order;
  }

  /// The first bytes; 39 bits, so that the key stays positive.
  private static long prefix(byte[] text) {
    long prefix = 0;
    for (int i = 0; i < 5; i++) {
      prefix = prefix << 8 | (i < text.length ? text[i] & 0xff : 0);
    }
    return prefix >>> 1;
  }
}
