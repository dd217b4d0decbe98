package dev.stellwerk.inference.constraint;

import java.util.Arrays;

/// A set of token ids, one bit a token.
public final class TokenMask {
  private final long[] bits;
  private final int size;

  /// An empty set over a vocabulary of `size` tokens.
  public TokenMask(int size) {
    this.size = size;
    this.bits = new long[(size + 63) >>> 6];
  }

  public int size() {
    return size;
  }

  public boolean allows(int token) {
    return (bits[token >>> 6] & (1L << token)) != 0;
  }

  public void allow(int token) {
    bits[token >>> 6] |= 1L << token;
  }

  public void forbid(int token) {
    bits[token >>> 6] &= ~(1L << token);
  }

  public void clear() {
    Arrays.fill(bits, 0L);
  }

  /// Allows every token of the vocabulary.
  public void allowAll() {
    Arrays.fill(bits, -1L);
    if ((size & 63) != 0) {
      bits[bits.length - 1] = (1L << size) - 1;
    }
  }

  /// How many tokens are allowed.
  public int count() {
    int count = 0;
    for (long word : bits) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /// The lowest allowed token at or above `from`, or -1.
  public int next(int from) {
    if (from >= size) {
      return -1;
    }
    int word = from >>> 6;
    long rest = bits[word] & (-1L << from);
    while (rest == 0) {
      if (++word == bits.length) {
        return -1;
      }
      rest = bits[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(rest);
  }

  /// Adds all tokens of another set over the same vocabulary.
  public void union(TokenMask other) {
    for (int i = 0; i < bits.length; i++) {
      bits[i] |= other.bits[i];
    }
  }

  /// Becomes a copy of another set over the same vocabulary.
  public void copyFrom(TokenMask other) {
    System.arraycopy(other.bits, 0, bits, 0, bits.length);
  }
}
