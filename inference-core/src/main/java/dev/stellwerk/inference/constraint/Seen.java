package dev.stellwerk.inference.constraint;

import java.util.Arrays;

/// What is known of the members that an object has so far. Immutable.
///
/// @see ObjectRule
final class Seen {
  private final long[] names;

  /// Members written, as far as it matters.
  final int written;

  /// Members with different names written, as far as it matters.
  final int different;

  /// The sets of [ObjectRule#outside] that some member is outside of.
  final int met;

  /// Whether an undeclared member was written.
  final boolean other;

  private final int hash;

  private Seen(long[] names, int written, int different, int met, boolean other) {
    this.names = names;
    this.written = written;
    this.different = different;
    this.met = met;
    this.other = other;
    this.hash =
        (((Arrays.hashCode(names) * 31 + written) * 31 + different) * 31 + met) * 2
            + (other ? 1 : 0);
  }

  static Seen nothing(int names) {
    return new Seen(new long[(names + 63) >>> 6], 0, 0, 0, false);
  }

  boolean has(int name) {
    return (names[name >>> 6] & 1L << name) != 0;
  }

  /// Whether all of some names are there.
  boolean hasAll(long[] wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if ((wanted[i] & ~names[i]) != 0) {
        return false;
      }
    }
    return true;
  }

  /// How many of some names are not there.
  int lacks(long[] wanted) {
    int count = 0;
    for (int i = 0; i < wanted.length; i++) {
      count += Long.bitCount(wanted[i] & ~names[i]);
    }
    return count;
  }

  /// With some names more, and one member more.
  Seen with(long[] more, int newWritten, int newDifferent, int newMet, boolean newOther) {
    long[] all = names.clone();
    for (int i = 0; i < all.length; i++) {
      all[i] |= more[i];
    }
    return new Seen(all, newWritten, newDifferent, newMet, newOther);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Seen that
        && hash == that.hash
        && written == that.written
        && different == that.different
        && met == that.met
        && other == that.other
        && Arrays.equals(names, that.names);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
