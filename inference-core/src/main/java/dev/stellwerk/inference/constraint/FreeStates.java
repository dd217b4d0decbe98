package dev.stellwerk.inference.constraint;

import java.util.BitSet;

/// Finds the free states of an automaton of JSON strings, as [Dfa] defines them.
///
/// A greatest fixed point over pairs of a state and a place inside a UTF-8 sequence: a pair is bad
/// when some byte of ordinary text leads nowhere or to a bad pair.
final class FreeStates {
  /// Larger automata have no free states found: the search is quadratic at worst.
  private static final int STATES_MAX = 4_096;

  private static final int PLACES = JsonStringMachine.STATES;

  private FreeStates() {}

  static BitSet of(Dfa dfa) {
    BitSet free = new BitSet();
    if (dfa.states() > STATES_MAX) {
      return free;
    }
    BitSet good = new BitSet(dfa.states() * PLACES);
    good.set(0, dfa.states() * PLACES);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int pair = good.nextSetBit(0); pair >= 0; pair = good.nextSetBit(pair + 1)) {
        if (JsonStringMachine.isInsideText(pair % PLACES) && isBad(dfa, pair, good)) {
          good.clear(pair);
          changed = true;
        }
      }
    }
    for (int s = 0; s < dfa.states(); s++) {
      free.set(s, good.get(s * PLACES + JsonStringMachine.BODY));
    }
    return free;
  }

  private static boolean isBad(Dfa dfa, int pair, BitSet good) {
    int state = pair / PLACES;
    int place = pair % PLACES;
    for (int b = 0x20; b < 256; b++) {
      int nextPlace = b == '"' || b == '\\' ? -1 : JsonStringMachine.step(place, b);
      if (nextPlace >= 0) {
        int next = dfa.step(state, b);
        if (next == Dfa.DEAD || !good.get(next * PLACES + nextPlace)) {
          return true;
        }
      }
    }
    return false;
  }
}
