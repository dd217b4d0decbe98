package dev.stellwerk.inference.engine;

import java.util.Arrays;

/// An immutable sequence of token ids.
public final class Tokens {
  private final int[] ids;

  private Tokens(int[] ids) {
    this.ids = ids;
  }

  public static Tokens of(int... ids) {
    return new Tokens(ids.clone());
  }

  public int size() {
    return ids.length;
  }

  public int get(int index) {
    return ids[index];
  }

  /// @throws IllegalArgumentException when one of them is not in a vocabulary of this size
  void check(int vocabulary) {
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException(
            "token " + id + " is not in the vocabulary of " + vocabulary);
      }
    }
  }

  public int[] toArray() {
    return ids.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tokens that && Arrays.equals(ids, that.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return Arrays.toString(ids);
  }
}
