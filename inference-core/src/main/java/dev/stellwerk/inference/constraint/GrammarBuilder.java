package dev.stellwerk.inference.constraint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Collects the nodes of a [Grammar]. A node's continuation is built before the node itself.
final class GrammarBuilder {
  /// More nodes than any sensible schema needs; a bound on hostile ones.
  static final int NODES_MAX = 400_000;

  /// The node that returns to the caller; always there.
  static final int RETURN = 0;

  byte[] kind = new byte[64];
  int[] x = new int[64];
  int[] y = new int[64];
  int[] z = new int[64];
  final List<byte[]> literals = new ArrayList<>();
  final List<Dfa> dfas = new ArrayList<>();
  final List<int[]> splits = new ArrayList<>();
  final List<Grammar.Loop> loops = new ArrayList<>();
  final List<ObjectRule> objects = new ArrayList<>();
  final List<Counted> counted = new ArrayList<>();
  private int size;

  GrammarBuilder() {
    node(Grammar.RETURN, 0, 0, 0);
  }

  /// Begins with the nodes of a grammar, under the same numbers.
  GrammarBuilder(Grammar from) {
    kind = from.kind.clone();
    x = from.x.clone();
    y = from.y.clone();
    z = from.z.clone();
    literals.addAll(Arrays.asList(from.literals));
    dfas.addAll(Arrays.asList(from.dfas));
    splits.addAll(Arrays.asList(from.splits));
    loops.addAll(Arrays.asList(from.loops));
    objects.addAll(Arrays.asList(from.objects));
    counted.addAll(Arrays.asList(from.counted));
    size = kind.length;
  }

  int size() {
    return size;
  }

  int literal(String text, int next) {
    literals.add(text.getBytes(StandardCharsets.UTF_8));
    return node(Grammar.LITERAL, literals.size() - 1, next, 0);
  }

  int lex(Dfa dfa, int next) {
    dfas.add(dfa);
    return node(Grammar.LEX, dfas.size() - 1, next, 0);
  }

  int text(int least, int most, int next) {
    return node(Grammar.TEXT, least, most, next);
  }

  int split(int... alternatives) {
    splits.add(alternatives);
    return node(Grammar.SPLIT, splits.size() - 1, 0, 0);
  }

  int call(int target, int next) {
    return node(Grammar.CALL, target, next, 0);
  }

  int loop(Grammar.Loop loop, int next) {
    loops.add(loop);
    return node(Grammar.LOOP, loops.size() - 1, next, 0);
  }

  int object(ObjectRule rule, int next) {
    objects.add(rule);
    return node(Grammar.OBJECT, objects.size() - 1, next, 0);
  }

  int counted(Counted strings, int next) {
    counted.add(strings);
    return node(Grammar.COUNTED, counted.size() - 1, next, 0);
  }

  /// A node that [#define] gives its meaning later, so that rules can refer to each other.
  int reserve() {
    return split();
  }

  void define(int reserved, int... alternatives) {
    splits.set(x[reserved], alternatives);
  }

  Grammar build(int start) {
    return new Grammar(this, start);
  }

  private int node(byte newKind, int newX, int newY, int newZ) {
    if (size == NODES_MAX) {
      throw new AutomatonLimitException("more than " + NODES_MAX + " grammar nodes");
    }
    if (size == kind.length) {
      kind = Arrays.copyOf(kind, size * 2);
      x = Arrays.copyOf(x, size * 2);
      y = Arrays.copyOf(y, size * 2);
      z = Arrays.copyOf(z, size * 2);
    }
    kind[size] = newKind;
    x[size] = newX;
    y[size] = newY;
    z[size] = newZ;
    return size++;
  }
}
