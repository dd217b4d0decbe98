package dev.stellwerk.inference.constraint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Automata that schemas have in common, kept across schemas: patterns and ranges come again in the
/// tools of one catalogue. The least recently used is dropped first.
final class Shared {
  private static final int KEPT_MAX = 512;

  /// Larger ones are not kept.
  private static final int STATES_MAX = 4_096;

  private static final Map<Object, Dfa> KNOWN =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Dfa> eldest) {
          return size() > KEPT_MAX;
        }
      };

  private Shared() {}

  /// The automaton of a key, which must say all that it depends on.
  static Dfa of(Object key, Supplier<Dfa> make) {
    synchronized (KNOWN) {
      Dfa known = KNOWN.get(key);
      if (known != null) {
        return known;
      }
    }
    Dfa made = make.get(); // outside of the lock: it may take long
    if (made.states() <= STATES_MAX) {
      synchronized (KNOWN) {
        KNOWN.put(key, made);
      }
    }
    return made;
  }
}
