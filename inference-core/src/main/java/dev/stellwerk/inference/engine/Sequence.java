package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The tokens of one session, and how many of them the KV cache holds already.
///
/// The tokens belong to the engine's thread while a generation runs and to the session otherwise;
/// the queue and the latch between them order the accesses. The blocks belong to [KvCache].
final class Sequence {
  private static final int TOKENS_MIN = 256;

  private final KvView cache;
  private final List<KvBlock> blocks = new ArrayList<>();
  private int[] tokens = new int[TOKENS_MIN];
  private int size;
  private int cached;

  // Of KvCache: until when a session that is not generating keeps its blocks.
  boolean pinned;
  long pinDeadlineNanos;

  Sequence(KvLayout layout) {
    this.cache = new KvView(layout);
  }

  KvView cache() {
    return cache;
  }

  int size() {
    return size;
  }

  /// How many tokens, from the first on, the cache holds.
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

  /// Appends the first tokens of another sequence.
  void append(Sequence other, int count) {
    for (int i = 0; i < count; i++) {
      append(other.tokens[i]);
    }
  }

  /// Notes that a forward pass has computed so many more tokens.
  void advance(int count) {
    cached += count;
  }

  /// Forgets tokens, not blocks: [KvCache#truncate] does both.
  void forget(int position) {
    size = position;
  }

  // ---- the table of blocks; changed by KvCache only ----

  int blockCount() {
    return blocks.size();
  }

  KvBlock block(int index) {
    return blocks.get(index);
  }

  void addBlock(KvBlock block) {
    blocks.add(block);
    cache.add(block.buffer);
  }

  void setBlock(int index, KvBlock block) {
    blocks.set(index, block);
    cache.set(index, block.buffer);
  }

  KvBlock removeLastBlock() {
    cache.removeLast();
    return blocks.removeLast();
  }

  void setCached(int positions) {
    cached = positions;
  }

  /// The identity of the block before index `index`, [KvBlock#OPEN] when it is not sealed.
  long parentOf(int index) {
    return index == 0 ? KvBlock.ROOT : blocks.get(index - 1).id;
  }
}
