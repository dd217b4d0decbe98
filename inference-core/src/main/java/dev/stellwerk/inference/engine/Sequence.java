package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.KvView;
import java.util.Arrays;

/// The tokens of one session, and how many of them the KV cache holds already.
///
/// Belongs to the engine's thread while a generation runs and to the session otherwise; the queue
/// and the latch between them order the accesses.
final class Sequence {
  private static final int TOKENS_MIN = 256;

  private final KvView cache;
  private int[] tokens = new int[TOKENS_MIN];
  private int size;
  private int cached;

  Sequence(KvView cache) {
    this.cache = cache;
  }

  KvView cache() {
    return cache;
  }

  int size() {
    return size;
  }

  int cached() {
    return cached;
  }

  /// How many tokens a forward pass has yet to see.
  int pending() {
    return size - cached;
  }

  int token(int index) {
    return tokens[index];
  }

  void append(int token) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * size);
    }
    tokens[size++] = token;
  }

  void append(Tokens suffix) {
    for (int i = 0; i < suffix.size(); i++) {
      append(suffix.get(i));
    }
  }

  /// Notes that the cache holds so many more tokens.
  void advance(int count) {
    cached += count;
  }

  void truncate(int position) {
    size = position;
    cached = Math.min(cached, position);
  }
}
