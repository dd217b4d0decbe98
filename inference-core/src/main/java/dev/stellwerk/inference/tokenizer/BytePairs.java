package dev.stellwerk.inference.tokenizer;

import java.util.Arrays;

/// Merges the bytes or characters of one word into tokens: always the merge of the lowest rank, the
/// leftmost of equals, until none is left (Sennrich et al. 2016, as GPT-2 applies it).
final class BytePairs {
  /// Up to this length, scanning for the best pair beats keeping a queue of them.
  private static final int SCANNED_LENGTH_MAX = 48;

  private final Merges merges;

  BytePairs(Merges merges) {
    this.merges = merges;
  }

  /// Merges in place.
  ///
  /// @param ids the tokens of the word's bytes or characters; becomes the word's tokens
  /// @return how many tokens are left, from the start of `ids`
  int merge(int[] ids) {
    return ids.length <= SCANNED_LENGTH_MAX ? scan(ids) : queue(ids);
  }

  private int scan(int[] ids) {
    int length = ids.length;
    long[] pairs = new long[Math.max(0, length - 1)]; // pairs[i] is the merge of ids[i], ids[i + 1]
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = merges.find(ids[i], ids[i + 1]);
    }
    while (true) {
      int best = -1;
      for (int i = 0; i < length - 1; i++) {
        if (pairs[i] != Merges.NONE && (best < 0 || pairs[i] < pairs[best])) {
          best = i;
        }
      }
      if (best < 0) {
        return length;
      }
      ids[best] = (int) pairs[best];
      System.arraycopy(ids, best + 2, ids, best + 1, length - best - 2);
      length--;
      if (best < length - 1) {
        System.arraycopy(pairs, best + 2, pairs, best + 1, length - best - 2);
        pairs[best] = merges.find(ids[best], ids[best + 1]);
      }
      if (best > 0) {
        pairs[best - 1] = merges.find(ids[best - 1], ids[best]);
      }
    }
  }

  /// The same in n log n: a linked list of tokens, and a heap of candidate merges of which some are
  /// out of date when they surface.
  private int queue(int[] ids) {
    int length = ids.length;
    int[] next = new int[length];
    int[] previous = new int[length];
    Candidates candidates = new Candidates(length);
    for (int i = 0; i < length; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 < length) {
        candidates.add(merges.find(ids[i], ids[i + 1]), i);
      }
    }
    while (candidates.size > 0) {
      long candidate = candidates.poll();
      int left = (int) candidate;
      if (ids[left] < 0 || next[left] >= length) {
        continue;
      }
      int right = next[left];
      long pair = merges.find(ids[left], ids[right]);
      if (pair == Merges.NONE || pair >>> 32 != candidate >>> 32) {
        continue;
      }
      ids[left] = (int) pair;
      ids[right] = -1;
      next[left] = next[right];
      if (next[left] < length) {
        previous[next[left]] = left;
        candidates.add(merges.find(ids[left], ids[next[left]]), left);
      }
      if (previous[left] >= 0) {
        candidates.add(merges.find(ids[previous[left]], ids[left]), previous[left]);
      }
    }
    int count = 0;
    for (int i = 0; i < length; i = next[i]) {
      ids[count++] = ids[i];
    }
    return count;
  }

  /// A binary heap of `rank << 32 | position`: lowest rank first, then leftmost.
  private static final class Candidates {
    private long[] heap;
    private int size;

    Candidates(int capacity) {
      heap = new long[capacity];
    }

    void add(long pair, int position) {
      if (pair == Merges.NONE) {
        return;
      }
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size + (size >> 1) + 1);
      }
      long value = (pair & 0xFFFF_FFFF_0000_0000L) | position;
      int at = size++;
      while (at > 0 && heap[(at - 1) >>> 1] > value) {
        heap[at] = heap[(at - 1) >>> 1];
        at = (at - 1) >>> 1;
      }
      heap[at] = value;
    }

    long poll() {
      long top = heap[0];
      long last = heap[--size];
      int at = 0;
      while (2 * at + 1 < size) {
        int child = 2 * at + 1;
        if (child + 1 < size && heap[child + 1] < heap[child]) {
          child++;
        }
        if (heap[child] >= last) {
          break;
        }
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = last;
      return top;
    }
  }
}
