package dev.stellwerk.inference.constraint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/// An immutable grammar over bytes: a graph of nodes in flat arrays, run with a stack of return
/// nodes.
///
/// ```
/// kind     x             y           z
/// RETURN                                    pops the stack; on an empty stack the text may end
/// LITERAL  text          next               the bytes of literals[x]
/// LEX      automaton     next               a text of dfas[x]
/// TEXT     least         most        next   a JSON string of so many code points
/// SPLIT    alternatives                     any of splits[x]
/// CALL     target        next               target, then next
/// LOOP     loop          next               the rest of a JSON array after its '[', up to its ']'
/// OBJECT   rule          next               the rest of a JSON object after its '{', up to its '}'
/// COUNTED  strings       next               a text of an automaton with its length counted
/// ```
///
/// `need` is how much stack a node takes at least to reach its return; a node with [#UNREACHABLE]
/// cannot reach it and is never entered, so a text that was begun can always be finished.
public final class Grammar {
  static final byte RETURN = 0;
  static final byte LITERAL = 1;
  static final byte LEX = 2;
  static final byte TEXT = 3;
  static final byte SPLIT = 4;
  static final byte CALL = 5;
  static final byte LOOP = 6;
  static final byte OBJECT = 7;
  static final byte COUNTED = 8;

  static final int UNBOUNDED = 1 << 26;
  static final int UNREACHABLE = 1 << 20;

  /// Passes over the nodes in search of their needs; a schema without odd detours takes two or
  /// three.
  private static final int SWEEPS_MAX = 200;

  /// The items of an array: `prefix[i]` is the i-th item's node, `rest` that of all further ones.
  static final class Loop {
    final int[] prefix;
    final int rest;
    final int least;
    int most;

    Loop(int[] prefix, int rest, int least, int most) {
      this.prefix = prefix;
      this.rest = rest;
      this.least = least;
      this.most = most;
    }

    int item(int index) {
      return index < prefix.length ? prefix[index] : rest;
    }

    /// Whether an item may follow so many others.
    boolean mayGrow(int count, int height, int[] need) {
      return count < most && height + 1 + need[item(count)] <= ByteAutomaton.STACK_MAX;
    }

    /// Counts above this behave alike.
    int countMax() {
      return most < UNBOUNDED ? most : Math.max(1, Math.max(least, prefix.length));
    }
  }

  final byte[] kind;
  final int[] x;
  final int[] y;
  final int[] z;
  final int[] need;
  final byte[][] literals;
  final Dfa[] dfas;
  final int[][] splits;
  final Loop[] loops;
  final ObjectRule[] objects;
  final Counted[] counted;
  final int start;

  Grammar(GrammarBuilder from, int start) {
    int size = from.size();
    kind = Arrays.copyOf(from.kind, size);
    x = Arrays.copyOf(from.x, size);
    y = Arrays.copyOf(from.y, size);
    z = Arrays.copyOf(from.z, size);
    literals = from.literals.toArray(byte[][]::new);
    dfas = from.dfas.toArray(Dfa[]::new);
    splits = from.splits.toArray(int[][]::new);
    loops = from.loops.toArray(Loop[]::new);
    objects = from.objects.toArray(ObjectRule[]::new);
    counted = from.counted.toArray(Counted[]::new);
    need = new int[size];
    this.start = start;
    findNeeds();
  }

  /// A prefix, one of some texts, and a suffix. None of the parts may be empty.
  public static Grammar choice(String prefix, Choices choices, String suffix) {
    GrammarBuilder nodes = new GrammarBuilder();
    int end = nodes.literal(suffix, GrammarBuilder.RETURN);
    return nodes.build(nodes.literal(prefix, nodes.lex(choices.texts, end)));
  }

  /// A set of texts, for [#choice].
  public static final class Choices {
    private final Dfa texts;

    public Choices(Collection<String> texts) {
      this.texts =
          Dfa.ofTexts(texts.stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toList());
    }
  }

  /// Whether some text can be completed within a stack of this height.
  boolean satisfiable(int stackMax) {
    return need[start] <= stackMax;
  }

  /// How many nodes there are.
  int size() {
    return kind.length;
  }

  private void findNeeds() {
    Arrays.fill(need, UNREACHABLE);
    boolean changed = true;
    // Stopping early leaves needs too high: less is offered, nothing wrong.
    for (int sweep = 0; changed && sweep < SWEEPS_MAX; sweep++) {
      changed = false;
      for (int i = 0; i < kind.length; i++) {
        int node = sweep % 2 == 0 ? kind.length - 1 - i : i;
        int now = needOf(node);
        changed |= now != need[node];
        need[node] = now;
      }
    }
    for (ObjectRule object : objects) {
      object.settle(need);
    }
    for (Loop loop : loops) {
      for (int i = 0; i <= loop.prefix.length && i < loop.most; i++) {
        if (need[loop.item(i)] >= UNREACHABLE) {
          loop.most = i;
        }
      }
    }
  }

  private int needOf(int node) {
    return switch (kind[node]) {
      case RETURN -> 0;
      case LITERAL -> need[y[node]];
      case LEX -> dfas[x[node]].isEmpty() ? UNREACHABLE : need[y[node]];
      case COUNTED -> counted[x[node]].isEmpty() ? UNREACHABLE : need[y[node]];
      case TEXT -> x[node] > y[node] ? UNREACHABLE : need[z[node]];
      case SPLIT -> {
        int least = UNREACHABLE;
        for (int alternative : splits[x[node]]) {
          least = Math.min(least, need[alternative]);
        }
        yield least;
      }
      case CALL -> Math.max(pushed(need[x[node]]), need[y[node]]);
      case LOOP -> {
        Loop loop = loops[x[node]];
        int most = loop.least > loop.most ? UNREACHABLE : need[y[node]];
        for (int i = 0; i < loop.least && i <= loop.prefix.length; i++) {
          most = Math.max(most, pushed(need[loop.item(i)]));
        }
        yield most;
      }
      case OBJECT -> Math.max(objects[x[node]].need(need), need[y[node]]);
      default -> throw new IllegalStateException("node kind " + kind[node]);
    };
  }

  private static int pushed(int need) {
    return need >= UNREACHABLE ? UNREACHABLE : need + 1;
  }
}
