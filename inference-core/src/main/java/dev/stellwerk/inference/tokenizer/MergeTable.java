package dev.stellwerk.inference.tokenizer;

import java.util.Arrays;

/// The merges of a vocabulary: a pair of token ids to the rank of their merge and the token it
/// makes. Open addressing over primitive arrays, half full at most.
final class MergeTable implements Merges {
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
  ///
  /// @return false when the merge could not be added because too many fall into one place
  boolean add(int left, int right, int rank, int merged) {
    long key = key(left, right);
    int slot = slot(key);
    for (int probes = 0; probes < PieceTable.PROBES_MAX; probes++) {
      if (keys[slot] == EMPTY) {
        keys[slot] = key;
        values[slot] = ((long) rank << 32) | merged;
        return true;
      }
      if (keys[slot] == key) {
        return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  @Override
  public long find(int left, int right) {
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
