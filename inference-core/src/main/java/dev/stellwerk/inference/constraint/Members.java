package dev.stellwerk.inference.constraint;

import static java.util.Objects.requireNonNull;

/// The places inside an object, as a frame's value holds them: a phase, and how far a name is
/// written.
final class Members {
  /// Behind a value: a comma, or the end.
  static final int AFTER = 0;

  /// Behind the opening brace, when nothing else may follow there than the closing one.
  static final int CLOSE = 1;

  /// In a declared name, at a state of the trie.
  static final int NAME = 2;

  /// In an undeclared name, at a state of its automaton.
  static final int OTHER = 3;

  /// Behind a comma: a space.
  static final int SPACE = 4;

  static final int BITS = 3;
  static final int PLACE_BITS = 28;

  private Members() {}

  static int phase(Frame frame) {
    return frame.value & ((1 << BITS) - 1);
  }

  static int place(Frame frame) {
    return frame.value >>> BITS;
  }

  static Seen seen(Frame frame) {
    return (Seen) requireNonNull(frame.data);
  }

  /// Adds the bytes that may follow to a set of 256 bits.
  static void addLive(Frame frame, ObjectRule rule, long[] live) {
    Seen seen = seen(frame);
    int at = place(frame);
    switch (phase(frame)) {
      case AFTER -> {
        if (rule.mayClose(seen)) {
          Outlook.allow(live, '}');
        }
        if (rule.mayGoOn(seen, frame.height)) {
          Outlook.allow(live, ',');
        }
      }
      case CLOSE -> Outlook.allow(live, '}');
      case SPACE -> Outlook.allow(live, ' ');
      case NAME -> {
        for (int e = 0; e < rule.trie.edges(at); e++) {
          int next = rule.trie.target(at, e);
          int name = rule.trie.name(next);
          boolean may =
              name >= 0
                  ? rule.mayWrite(seen, name, frame.height)
                  : rule.mayBegin(seen, next, frame.height);
          if (may) {
            Outlook.allow(live, rule.trie.edge(at, e));
          }
        }
      }
      case OTHER -> rule.addLiveOther(at, frame.height, live);
      default -> throw new IllegalStateException("place " + frame.value + " in an object");
    }
  }

  /// Whether any text may be written into the name from here on.
  static boolean isFree(Frame frame, ObjectRule rule) {
    return phase(frame) == OTHER && rule.isFree(place(frame), frame.height);
  }
}
