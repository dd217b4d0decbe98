package dev.stellwerk.inference.tokenizer;

import java.util.Arrays;

/// The ids of a vocabulary's pieces by their bytes. Open addressing over primitive arrays, half
/// full at most; the pieces themselves stay where they are.
final class PieceTable {
  /// Longer than any piece of a real vocabulary; it bounds what a lookup may cost.
  static final int PIECE_BYTES_MAX = 1 << 14;

  /// A sound table of this size stays below a tenth of it. A hostile file, whose pieces all fall
  /// into one place, would take hours without a limit.
  static final int PROBES_MAX = 1_024;

  private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

  private final byte[][] pieces;
  private final int[] slots; // id + 1, or 0
  private final int mask;

  /// @param pieces by id; the table looks at those that are added, no others
  PieceTable(byte[][] pieces) {
    this.pieces = pieces;
    int capacity = Integer.highestOneBit(Math.max(8, pieces.length)) * 4;
    this.slots = new int[capacity];
    this.mask = capacity - 1;
  }

  /// Adds a piece; of two with the same bytes the first counts.
  ///
  /// @return false when the piece could not be added because too many fall into one place
  boolean add(int id) {
    byte[] piece = pieces[id];
    int slot = slot(hash(piece, 0, piece.length));
    for (int probes = 0; probes < PROBES_MAX; probes++) {
      int found = slots[slot];
      if (found == 0) {
        slots[slot] = id + 1;
        return true;
      }
      if (Arrays.equals(pieces[found - 1], piece)) {
        return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  /// The id of the piece that these bytes are, or -1.
  int find(byte[] bytes, int from, int to) {
    return find(hash(bytes, from, to), bytes, from, to, bytes, to, to);
  }

  int find(byte[] bytes) {
    return find(bytes, 0, bytes.length);
  }

  /// The id of the piece that two stretches of bytes make together, or -1.
  ///
  /// @param hash of both together
  int find(long hash, byte[] a, int fromA, int toA, byte[] b, int fromB, int toB) {
    int length = toA - fromA;
    int total = length + toB - fromB;
    int slot = slot(hash);
    while (slots[slot] != 0) {
      byte[] piece = pieces[slots[slot] - 1];
      if (piece.length == total
          && Arrays.equals(piece, 0, length, a, fromA, toA)
          && Arrays.equals(piece, length, total, b, fromB, toB)) {
        return slots[slot] - 1;
      }
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /// A polynomial over the bytes, so that the hash of two stretches follows from theirs.
  static long hash(byte[] bytes, int from, int to) {
    long hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash * FACTOR + (bytes[i] & 0xFF) + 1;
    }
    return hash;
  }

  /// The powers by which the hash of a stretch is multiplied when so many bytes follow it.
  static long[] powers(int bytesMax) {
    long[] powers = new long[bytesMax + 1];
    powers[0] = 1;
    for (int i = 1; i <= bytesMax; i++) {
      powers[i] = powers[i - 1] * FACTOR;
    }
    return powers;
  }

  private int slot(long hash) {
    long mixed = (hash ^ (hash >>> 29)) * FACTOR;
    return (int) (mixed >>> 32) & mask;
  }
}
