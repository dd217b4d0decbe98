package dev.stellwerk.inference.constraint;

/// What may follow at the places of a grammar, without going there: the live bytes, and whether a
/// string is open that takes any text.
final class Outlook {
  private final Grammar grammar;

  Outlook(Grammar grammar) {
    this.grammar = grammar;
  }

  /// Adds the bytes that may follow at a place to a set of 256 bits.
  void addLive(Frame frame, long[] live) {
    int x = grammar.x[frame.node];
    switch (grammar.kind[frame.node]) {
      case Grammar.LITERAL -> allow(live, grammar.literals[x][frame.value] & 0xff);
      case Grammar.LEX -> grammar.dfas[x].addLive(frame.value, live);
      case Grammar.COUNTED -> grammar.counted[x].addLive(frame.value, live);
      case Grammar.TEXT -> {
        int state = frame.value & ByteAutomaton.STRING_STATE;
        int count = frame.value >>> ByteAutomaton.STRING_BITS;
        boolean mayEnd = count >= x || (live['"' >>> 6] & 1L << '"') != 0;
        if (state != JsonStringMachine.BODY || count < grammar.y[frame.node]) {
          JsonStringMachine.addLive(state, live);
        }
        if (state == JsonStringMachine.BODY) {
          if (mayEnd) {
            allow(live, '"');
          } else {
            live['"' >>> 6] &= ~(1L << '"');
          }
        }
      }
      case Grammar.LOOP -> {
        Grammar.Loop loop = grammar.loops[x];
        if (frame.value >= loop.least) {
          allow(live, ']');
        }
        if (frame.value > 0
            && loop.mayGrow(frame.value, Frame.height(frame.parent), grammar.need)) {
          allow(live, ',');
        }
      }
      case Grammar.OBJECT -> Members.addLive(frame, grammar.objects[x], live);
      default ->
          throw new IllegalStateException("no place at node kind " + grammar.kind[frame.node]);
    }
  }

  /// Adds a byte to a set.
  static void allow(long[] live, int b) {
    live[b >>> 6] |= 1L << b;
  }

  /// Whether all places are inside strings of any length that may end there.
  boolean isPlainString(Frame[] frames) {
    for (Frame frame : frames) {
      int node = frame.node;
      if (grammar.kind[node] != Grammar.TEXT
          || (frame.value & ByteAutomaton.STRING_STATE) != JsonStringMachine.BODY
          || grammar.y[node] != Grammar.UNBOUNDED
          || frame.value >>> ByteAutomaton.STRING_BITS < grammar.x[node]) {
        return false;
      }
    }
    return frames.length > 0;
  }

  /// Code points that an open string may still take; -1 when some place is no such string.
  int stringRoom(Frame[] frames) {
    int room = -1;
    boolean others = false;
    for (Frame frame : frames) {
      if (grammar.kind[frame.node] == Grammar.TEXT
          && (frame.value & ByteAutomaton.STRING_STATE) == JsonStringMachine.BODY) {
        int most = grammar.y[frame.node];
        int left =
            most == Grammar.UNBOUNDED ? most : most - (frame.value >>> ByteAutomaton.STRING_BITS);
        room = Math.max(room, left);
      } else if (grammar.kind[frame.node] == Grammar.LEX
          && grammar.dfas[grammar.x[frame.node]].isFree(frame.value)) {
        room = Grammar.UNBOUNDED;
      } else if (grammar.kind[frame.node] == Grammar.COUNTED
          && grammar.counted[grammar.x[frame.node]].room(frame.value) >= 0) {
        room = Math.max(room, grammar.counted[grammar.x[frame.node]].room(frame.value));
      } else if (grammar.kind[frame.node] == Grammar.OBJECT
          && Members.isFree(frame, grammar.objects[grammar.x[frame.node]])) {
        room = Grammar.UNBOUNDED;
      } else {
        others = true;
      }
    }
    return others && room != Grammar.UNBOUNDED ? -1 : room;
  }
}
