package dev.stellwerk.inference.tokenizer;

import java.util.Arrays;

/// The merges of a vocabulary: a pair of token ids to the rank of their merge and the token it
/// makes. Open addressing over primitive arrays, half full at most.
final class MergeTable {
  /// What [#find] returns for a pair that does not merge.
  static final long NONE = -1L;

  private static final long EMPTY = -1L;

  private final long[] keys;
  private final long[] values; // rank << 32 | merged token
  private final int mask;

  MergeTable(int merges) {
    int capacity = Integer.highestOneBit(Math.max(4, merges)) * 4;
    keys = new long[capacity];
    Arrays.fill(keys, EMPTY);
    values = new long[capacity];
    mask = capacity - 1;
  }

  /// Adds a merge; of two merges of one pair the first counts.
  void add(int left, int right, int rank, int merged) {
    long key = key(left, right);
    int slot = slot(key);
    while (keys[slot] != EMPTY) {
      if (keys[slot] == key) {
        return;
      }
      slot = (slot + 1) & mask;
    }
    keys[slot] = key;
    values[slot] = ((long) rank << 32) | merged;
  }

  /// `rank << 32 | merged token`, so that comparing values compares ranks; or [#NONE].
  long find(int left, int right) {
    long key = key(left, right);
    int slot = slot(key);
    while (keys[slot] != EMPTY) {
      if (keys[slot] == key) {
        return values[slot];
      }
      slot = (slot + 1) & mask;
    }
    return NONE;
  }

  private static long key(int left, int right) {
    return ((long) left << 32) | right;
  }

  private int slot(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & mask;
  }
}
