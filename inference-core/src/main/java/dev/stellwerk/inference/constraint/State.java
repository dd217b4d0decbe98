package dev.stellwerk.inference.constraint;

import org.jspecify.annotations.Nullable;

/// A deterministic state of an [Automaton]: all places in the grammar that the text so far leads
/// to.
///
/// Opaque outside the package. Safe to share between threads: what is found out later (successors,
/// the mask) is the same whoever finds it, and a successor that another thread does not see yet is
/// found again.
public final class State {
  /// Successors lie in pages of 16 bytes, since most states have few.
  private static final int PAGE_BITS = 4;

  final Frame[] frames;
  final boolean accepting;
  final long[] live;

  /// Code points that an open string may still take, [Grammar#UNBOUNDED] without a limit; -1 when
  /// the fast path of strings does not apply.
  final int stringRoom;

  /// Whether every place is inside a string of any length that may end here, so that what is
  /// written into the string leads nowhere else.
  final boolean plainString;

  private final @Nullable State[][] next = new State[256 >> PAGE_BITS][];
  volatile @Nullable TokenMask mask;

  State(Frame[] frames, boolean accepting, long[] live, int stringRoom, boolean plainString) {
    this.frames = frames;
    this.accepting = accepting;
    this.live = live;
    this.stringRoom = stringRoom;
    this.plainString = plainString;
  }

  boolean isLive(int b) {
    return (live[b >>> 6] & 1L << b) != 0;
  }

  /// Whether no byte may follow.
  boolean isLast() {
    return (live[0] | live[1] | live[2] | live[3]) == 0;
  }

  /// The only byte that may follow, or -1 when none or several may.
  int onlyByte() {
    int found = -1;
    for (int i = 0; i < 4; i++) {
      if (live[i] != 0) {
        if (found >= 0 || (live[i] & (live[i] - 1)) != 0) {
          return -1;
        }
        found = (i << 6) + Long.numberOfTrailingZeros(live[i]);
      }
    }
    return found;
  }

  @Nullable State known(int b) {
    @Nullable State[] page = next[b >>> PAGE_BITS];
    return page == null ? null : page[b & ((1 << PAGE_BITS) - 1)];
  }

  void remember(int b, State successor) {
    @Nullable State[] page = next[b >>> PAGE_BITS];
    if (page == null) {
      page = new State[1 << PAGE_BITS];
      next[b >>> PAGE_BITS] = page;
    }
    page[b & ((1 << PAGE_BITS) - 1)] = successor;
  }
}
