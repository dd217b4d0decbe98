package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.KvLayout;
import org.jspecify.annotations.Nullable;

/// Sealed blocks by what they hold, and the order in which those that nobody uses are given up.
///
/// A block is found by the identity of the block before it and its own tokens:
///
/// ```
/// ROOT ── [system prompt …] id 1 ─┬─ [tool catalogue …] id 2 ── [question A …] id 5
///                                 └─ [another catalogue …] id 3
/// ```
///
/// Identities are numbers that are never used twice, so a path of them stands for one text. A hash
/// only chooses the bucket: tokens are compared one by one, and no collision can lend a sequence
/// another one's memory. All blocks are of one model in one numeric mode, the engine's.
///
/// Not thread-safe; [KvCache] guards it.
final class PrefixCache {
  private static final int BUCKETS_MIN = 64;

  private KvBlock[] buckets = new KvBlock[BUCKETS_MIN];
  private int sealed;
  private long lastId = KvBlock.ROOT;

  // Blocks without a user, by the time when they lost their last one. A sequence lets go of its
  // blocks from the end, so a block is always older here than the one before it in the text, and
  // giving up the oldest never cuts a path in two.
  private @Nullable KvBlock oldest;
  private @Nullable KvBlock newest;
  private int unused;

  /// The block that follows `parent` and holds the tokens from `from` on.
  @Nullable KvBlock find(long parent, Sequence sequence, int from) {
    KvBlock block = buckets[bucket(parent, sequence, from)];
    while (block != null && !(block.parent == parent && matches(block, sequence, from))) {
      block = block.nextInBucket;
    }
    return block;
  }

  /// Gives a full block its identity. There must be no equal one.
  void seal(KvBlock block, long parent, Sequence sequence, int from) {
    if (sealed >= buckets.length) {
      rehash();
    }
    for (int i = 0; i < KvLayout.POSITIONS; i++) {
      block.tokens[i] = sequence.token(from + i);
    }
    block.id = ++lastId;
    block.parent = parent;
    link(block);
    sealed++;
  }

  /// A sealed block lost its last user.
  void release(KvBlock block) {
    block.older = newest;
    block.newer = null;
    if (newest != null) {
      newest.newer = block;
    } else {
      oldest = block;
    }
    newest = block;
    unused++;
  }

  /// A block without a user gets one.
  void take(KvBlock block) {
    if (block.older != null) {
      block.older.newer = block.newer;
    } else {
      oldest = block.newer;
    }
    if (block.newer != null) {
      block.newer.older = block.older;
    } else {
      newest = block.older;
    }
    block.older = null;
    block.newer = null;
    unused--;
  }

  /// Blocks that [#evict] can give up.
  int unused() {
    return unused;
  }

  /// Forgets what the block holds that has been without a user for longest, and returns it.
  KvBlock evict() {
    KvBlock block = oldest;
    if (block == null) {
      throw new IllegalStateException("every block is in use");
    }
    take(block);
    unlink(block);
    block.id = KvBlock.OPEN;
    sealed--;
    return block;
  }

  private static boolean matches(KvBlock block, Sequence sequence, int from) {
    for (int i = 0; i < KvLayout.POSITIONS; i++) {
      if (block.tokens[i] != sequence.token(from + i)) {
        return false;
      }
    }
    return true;
  }

  private int bucket(long parent, Sequence sequence, int from) {
    long hash = parent;
    for (int i = 0; i < KvLayout.POSITIONS; i++) {
      hash = mix(hash, sequence.token(from + i));
    }
    return (int) (hash >>> 33) & (buckets.length - 1);
  }

  private int bucket(KvBlock block) {
    long hash = block.parent;
    for (int token : block.tokens) {
      hash = mix(hash, token);
    }
    return (int) (hash >>> 33) & (buckets.length - 1);
  }

  private static long mix(long hash, int token) {
    long mixed = (hash ^ token) * 0x9E3779B97F4A7C15L;
    return mixed ^ (mixed >>> 29);
  }

  private void link(KvBlock block) {
    int bucket = bucket(block);
    block.nextInBucket = buckets[bucket];
    buckets[bucket] = block;
  }

  private void unlink(KvBlock block) {
    int bucket = bucket(block);
    KvBlock at = buckets[bucket];
    if (at == block) {
      buckets[bucket] = block.nextInBucket;
    } else {
      while (at != null && at.nextInBucket != block) {
        at = at.nextInBucket;
      }
      if (at != null) {
        at.nextInBucket = block.nextInBucket;
      }
    }
    block.nextInBucket = null;
  }

  private void rehash() {
    KvBlock[] before = buckets;
    buckets = new KvBlock[2 * before.length];
    for (KvBlock first : before) {
      KvBlock block = first;
      while (block != null) {
        KvBlock next = block.nextInBucket;
        link(block);
        block = next;
      }
    }
  }
}
