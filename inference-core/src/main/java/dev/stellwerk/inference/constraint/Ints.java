package dev.stellwerk.inference.constraint;

import java.util.Arrays;

/// Some numbers as a key. They must not change.
final class Ints {
  final int[] values;
  private final int hash;

  Ints(int[] values) {
    this.values = values;
    this.hash = Arrays.hashCode(values);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ints that && hash == that.hash && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
