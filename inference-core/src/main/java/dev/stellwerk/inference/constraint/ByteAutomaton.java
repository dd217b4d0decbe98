package dev.stellwerk.inference.constraint;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A grammar made deterministic, byte by byte and only where texts go.
///
/// States and frames are shared by all generations under this grammar, in a cache that is dropped
/// as a whole when it is full; states in use live on.
final class ByteAutomaton {
  /// The deepest nesting, in return nodes; deeper values are not offered.
  static final int STACK_MAX = 64;

  /// The most places that a state may be at. Further alternatives are dropped: the text stays
  /// valid, but some valid texts cannot be written.
  static final int PLACES_MAX = 4_096;

  /// States and frames in the cache before it is dropped.
  static final int CACHED_MAX = 100_000;

  static final int STRING_STATE = JsonStringMachine.STATES - 1;
  static final int STRING_BITS = Integer.bitCount(STRING_STATE);

  private final Grammar grammar;
  private final Outlook outlook;
  private final AtomicInteger frameNumbers = new AtomicInteger();
  private volatile Cache cache;

  private static final class Cache {
    final Map<Frame, Frame> frames = new ConcurrentHashMap<>();
    final Map<Places, State> states = new ConcurrentHashMap<>();
  }

  /// What makes states equal: frames are interned, so identity is enough.
  private static final class Places {
    private final Frame[] frames;
    private final boolean accepting;
    private final int hash;

    Places(Frame[] frames, boolean accepting) {
      this.frames = frames;
      this.accepting = accepting;
      int sum = accepting ? 1 : 0;
      for (Frame frame : frames) {
        sum = sum * 31 + frame.number;
      }
      this.hash = sum;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // frames are interned
    public boolean equals(Object other) {
      if (!(other instanceof Places that)
          || accepting != that.accepting
          || frames.length != that.frames.length) {
        return false;
      }
      for (int i = 0; i < frames.length; i++) {
        if (frames[i] != that.frames[i]) {
          return false;
        }
      }
      return true;
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  ByteAutomaton(Grammar grammar) {
    this.grammar = grammar;
    this.outlook = new Outlook(grammar);
    this.cache = new Cache();
  }

  State start() {
    Walk walk = new Walk(cache);
    walk.enter(grammar.start, null);
    return walk.state();
  }

  /// The state behind one more byte, or null when the byte may not follow.
  @Nullable State step(State state, int b) {
    if (!state.isLive(b)) {
      return null;
    }
    State known = state.known(b);
    if (known != null) {
      return known;
    }
    Cache current = cache;
    Walk walk = new Walk(current);
    for (Frame frame : state.frames) {
      walk.advance(frame, b);
    }
    State next = walk.state();
    state.remember(b, next);
    if (current.frames.size() + current.states.size() > CACHED_MAX) {
      cache = new Cache();
    }
    return next;
  }

  /// Whether the whole text may be written and may end there.
  boolean matches(byte[] text) {
    State state = start();
    for (byte b : text) {
      State next = step(state, b & 0xff);
      if (next == null) {
        return false;
      }
      state = next;
    }
    return state.accepting;
  }

  /// Finds the places that a byte, or the start, leads to.
  private final class Walk {
    private final Cache into;
    private final Set<Frame> places = new LinkedHashSet<>();
    private final ArrayDeque<Frame> open = new ArrayDeque<>();
    private final Set<Frame> called = new HashSet<>();
    private boolean accepting;

    Walk(Cache into) {
      this.into = into;
    }

    private Frame intern(int node, int value, @Nullable Frame parent) {
      return intern(node, value, null, parent);
    }

    private Frame intern(int node, int value, @Nullable Object data, @Nullable Frame parent) {
      Frame probe = new Frame(node, value, data, parent, 0);
      Frame known = into.frames.get(probe);
      if (known == null) {
        Frame fresh = new Frame(node, value, data, parent, frameNumbers.incrementAndGet());
        Frame raced = into.frames.putIfAbsent(probe, fresh);
        known = raced == null ? fresh : raced;
      }
      return known;
    }

    private void add(int node, int value, @Nullable Frame parent) {
      add(node, value, null, parent);
    }

    private void add(int node, int value, @Nullable Object data, @Nullable Frame parent) {
      if (places.size() < PLACES_MAX) {
        places.add(intern(node, value, data, parent));
      }
    }

    private void push(int node, @Nullable Frame parent) {
      if (Frame.height(parent) + grammar.need[node] <= STACK_MAX) {
        open.push(new Frame(node, 0, null, parent, 0));
      }
    }

    void enter(int node, @Nullable Frame parent) {
      push(node, parent);
      follow();
    }

    /// Follows everything that takes no byte.
    private void follow() {
      while (!open.isEmpty()) {
        Frame at = open.pop();
        int y = grammar.y[at.node];
        switch (grammar.kind[at.node]) {
          case Grammar.RETURN -> leave(at.parent);
          case Grammar.LITERAL -> add(at.node, 0, at.parent);
          case Grammar.TEXT -> add(at.node, JsonStringMachine.OPEN, at.parent);
          case Grammar.COUNTED -> add(at.node, 0, at.parent);
          case Grammar.LEX -> lex(at.node, 0, at.parent);
          case Grammar.SPLIT -> {
            int[] alternatives = grammar.splits[grammar.x[at.node]];
            for (int i = alternatives.length - 1; i >= 0; i--) {
              push(alternatives[i], at.parent);
            }
          }
          case Grammar.CALL -> {
            if (called.add(at)) {
              boolean tail = y == GrammarBuilder.RETURN;
              push(grammar.x[at.node], tail ? at.parent : intern(y, 0, at.parent));
            }
          }
          case Grammar.LOOP -> {
            Grammar.Loop loop = grammar.loops[grammar.x[at.node]];
            if (loop.least == 0) {
              add(at.node, 0, at.parent);
            }
            item(at.node, loop, 0, at.parent);
          }
          case Grammar.OBJECT -> {
            ObjectRule rule = grammar.objects[grammar.x[at.node]];
            if (rule.mayClose(rule.nothing())) {
              add(at.node, Members.CLOSE, rule.nothing(), at.parent);
            }
            members(at.node, rule, rule.nothing(), at.parent);
          }
          default -> throw new IllegalStateException("node kind " + grammar.kind[at.node]);
        }
      }
    }

    private void leave(@Nullable Frame parent) {
      if (parent == null) {
        accepting = true;
      } else if (grammar.kind[parent.node] >= Grammar.LOOP) {
        add(parent.node, parent.value, parent.data, parent.parent);
      } else {
        push(parent.node, parent.parent);
      }
    }

    private void lex(int node, int value, @Nullable Frame parent) {
      Dfa dfa = grammar.dfas[grammar.x[node]];
      if (!dfa.isLast(value)) {
        add(node, value, parent);
      }
      if (dfa.accepts(value)) {
        push(grammar.y[node], parent);
      }
    }

    private void item(int node, Grammar.Loop loop, int count, @Nullable Frame parent) {
      if (loop.mayGrow(count, Frame.height(parent), grammar.need)) {
        push(loop.item(count), intern(node, Math.min(count + 1, loop.countMax()), parent));
      }
    }

    void advance(Frame frame, int b) {
      int node = frame.node;
      int x = grammar.x[node];
      switch (grammar.kind[node]) {
        case Grammar.LITERAL -> {
          byte[] literal = grammar.literals[x];
          if ((literal[frame.value] & 0xff) == b) {
            if (frame.value + 1 == literal.length) {
              push(grammar.y[node], frame.parent);
            } else {
              add(node, frame.value + 1, frame.parent);
            }
          }
        }
        case Grammar.LEX -> {
          int next = grammar.dfas[x].step(frame.value, b);
          if (next != Dfa.DEAD) {
            lex(node, next, frame.parent);
          }
        }
        case Grammar.TEXT -> text(frame, b);
        case Grammar.COUNTED -> {
          Counted strings = grammar.counted[x];
          int next = strings.step(frame.value, b);
          if (strings.mayEnd(next)) {
            push(grammar.y[node], frame.parent);
          } else if (strings.canEnd(next)) {
            add(node, next, frame.parent);
          }
        }
        case Grammar.LOOP -> {
          Grammar.Loop loop = grammar.loops[x];
          if (b == ']' && frame.value >= loop.least) {
            push(grammar.y[node], frame.parent);
          } else if (b == ',' && frame.value > 0) {
            item(node, loop, frame.value, frame.parent);
          }
        }
        case Grammar.OBJECT -> object(frame, b);
        default -> throw new IllegalStateException("no place at node kind " + grammar.kind[node]);
      }
      follow();
    }

    private void text(Frame frame, int b) {
      int node = frame.node;
      int least = grammar.x[node];
      int most = grammar.y[node];
      int from = frame.value & STRING_STATE;
      int count = frame.value >>> STRING_BITS;
      int to = JsonStringMachine.step(from, b);
      if (to == JsonStringMachine.DEAD) {
        return;
      }
      if (to == JsonStringMachine.END) {
        if (count >= least) {
          push(grammar.z[node], frame.parent);
        }
        return;
      }
      if (from == JsonStringMachine.BODY && count >= most) {
        return;
      }
      if (to == JsonStringMachine.BODY && from != JsonStringMachine.OPEN) {
        count = most == Grammar.UNBOUNDED ? Math.min(count + 1, least) : count + 1;
      }
      add(node, count << STRING_BITS | to, frame.parent);
    }

    /// Adds the beginnings of the members that may come next.
    private void members(int node, ObjectRule rule, Seen seen, @Nullable Frame parent) {
      int height = Frame.height(parent) + 1;
      if (rule.mayBegin(seen, 0, height)) {
        add(node, Members.NAME, seen, parent);
      }
      if (rule.mayWriteOther(seen, height)) {
        add(node, Members.OTHER, seen, parent);
      }
    }

    private void object(Frame frame, int b) {
      int node = frame.node;
      ObjectRule rule = grammar.objects[grammar.x[node]];
      Seen seen = Members.seen(frame);
      int at = Members.place(frame);
      switch (Members.phase(frame)) {
        case Members.AFTER, Members.CLOSE -> {
          if (b == '}') {
            if (rule.mayClose(seen)) {
              push(grammar.y[node], frame.parent);
            }
          } else if (b == ',' && Members.phase(frame) == Members.AFTER) {
            if (rule.spaces && rule.mayGoOn(seen, frame.height)) {
              add(node, Members.SPACE, seen, frame.parent);
            }
            members(node, rule, seen, frame.parent);
          }
        }
        case Members.SPACE -> {
          if (b == ' ') {
            members(node, rule, seen, frame.parent);
          }
        }
        case Members.NAME -> {
          int next = rule.trie.step(at, b);
          int name = next == Dfa.DEAD ? -1 : rule.trie.name(next);
          if (name >= 0 && rule.mayWrite(seen, name, frame.height)) {
            member(node, rule.nodes[name], rule.after(seen, name), frame.parent);
          } else if (next != Dfa.DEAD && name < 0 && rule.mayBegin(seen, next, frame.height)) {
            add(node, Members.NAME | next << Members.BITS, seen, frame.parent);
          }
        }
        case Members.OTHER -> {
          int next = rule.stepOther(at, b, frame.height);
          if (next == Dfa.DEAD) {
            return;
          }
          int value = rule.otherNode(next);
          if (value >= 0) {
            member(node, value, rule.afterOther(seen), frame.parent);
          } else {
            add(node, Members.OTHER | next << Members.BITS, seen, frame.parent);
          }
        }
        default -> throw new IllegalStateException("place " + frame.value + " in an object");
      }
    }

    private void member(int node, int value, Seen after, @Nullable Frame parent) {
      push(value, intern(node, Members.AFTER, after, parent));
    }

    State state() {
      Frame[] frames = places.toArray(Frame[]::new);
      Arrays.sort(frames, (a, b) -> Integer.compare(a.number, b.number));
      Places key = new Places(frames, accepting);
      State known = into.states.get(key);
      if (known == null) {
        long[] live = new long[4];
        for (Frame frame : frames) {
          outlook.addLive(frame, live);
        }
        State fresh =
            new State(
                frames, accepting, live, outlook.stringRoom(frames), outlook.isPlainString(frames));
        State raced = into.states.putIfAbsent(key, fresh);
        known = raced == null ? fresh : raced;
      }
      return known;
    }
  }
}
