package dev.stellwerk.inference.constraint;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A place in a grammar and the frames to return to: a persistent stack, shared by all states.
///
/// `value` is the place inside the node: bytes of a literal, a state of an automaton, a string's
/// lexer state and length, an array's count. `data` is what does not fit a number: the members that
/// an object has. Frames are interned: within an automaton's cache equal ones are identical.
final class Frame {
  final int node;
  final int value;
  final @Nullable Object data;
  final @Nullable Frame parent;
  final int height;
  final int number;

  Frame(int node, int value, @Nullable Object data, @Nullable Frame parent, int number) {
    this.node = node;
    this.value = value;
    this.data = data;
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
        && parent == that.parent
        && Objects.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    int hash = (node * 31 + value) * 31 + (parent == null ? 0 : parent.number);
    return data == null ? hash : hash * 31 + data.hashCode();
  }
}
