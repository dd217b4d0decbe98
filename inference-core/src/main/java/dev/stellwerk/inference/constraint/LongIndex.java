package dev.stellwerk.inference.constraint;

import java.util.Arrays;

/// Numbers longs in the order in which they are met.
final class LongIndex {
  private long[] keys = new long[32];
  private int[] slots = new int[64]; // one more than the place in keys; 0: free
  private int size;

  int size() {
    return size;
  }

  long key(int number) {
    return keys[number];
  }

  /// The number of a key, or -1.
  int find(long key) {
    int slot = slot(key);
    return slots[slot] - 1;
  }

  /// Gives a new key the next number.
  int add(long key) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      slots = new int[size * 4];
      for (int i = 0; i < size; i++) {
        slots[slot(keys[i])] = i + 1;
      }
    }
    keys[size] = key;
    slots[slot(key)] = ++size;
    return size - 1;
  }

  private int slot(long key) {
    long mixed = key * 0x9e3779b97f4a7c15L;
    int slot = (int) (mixed >>> 32) & (slots.length - 1);
    while (slots[slot] != 0 && keys[slots[slot] - 1] != key) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }
}
