package dev.stellwerk.inference.constraint;

import org.jspecify.annotations.Nullable;

/// A place in a grammar and the frames to return to: a persistent stack, shared by all states.
///
/// `value` is the place inside the node: bytes of a literal, a state of an automaton, a string's
/// lexer state and length, an array's count. Frames are interned: within an automaton's cache equal
/// ones are identical.
final class Frame {
  final int node;
  final int value;
  final @Nullable Frame parent;
  final int height;
  final int number;

  Frame(int node, int value, @Nullable Frame parent, int number) {
    this.node = node;
    this.value = value;
    this.parent = parent;
    this.height = height(parent) + 1;
    this.number = number;
  }

  static int height(@Nullable Frame frame) {
    return frame == null ? 0 : frame.height;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // parents are interned
  public boolean equals(Object other) {
    return other instanceof Frame that
        && node == that.node
        && value == that.value
        && parent == that.parent;
  }

  @Override
  public int hashCode() {
    return (node * 31 + value) * 31 + (parent == null ? 0 : parent.number);
  }
}
