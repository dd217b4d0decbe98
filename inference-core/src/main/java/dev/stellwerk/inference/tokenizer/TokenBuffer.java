package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.engine.Tokens;
import java.util.Arrays;

/// A growing array of ids.
final class TokenBuffer {
  private int[] ids;
  private int size;

  /// @param chars of the text that is encoded
  TokenBuffer(int chars) {
    ids = new int[16 + chars / 3];
  }

  void add(int id) {
    room(1);
    ids[size++] = id;
  }

  void addAll(int[] more, int count) {
    room(count);
    System.arraycopy(more, 0, ids, size, count);
    size += count;
  }

  private void room(int count) {
    if (size + count > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(size + count, 2 * ids.length));
    }
  }

  Tokens tokens() {
    return Tokens.of(Arrays.copyOf(ids, size));
  }
}
