package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.KvLayout;
import org.jspecify.annotations.Nullable;

/// [KvLayout#POSITIONS] positions of the KV cache.
///
/// *Open* while a sequence writes it; *sealed* when it is full: from then on it never changes, has
/// an identity, and any sequence with the same tokens up to its end may use it.
final class KvBlock {
  /// The identity of what stands before the first block.
  static final long ROOT = 0;

  /// The identity of a block that has none yet.
  static final long OPEN = -1;

  final Buffer buffer;
  final int[] tokens = new int[KvLayout.POSITIONS]; // when sealed
  long id = OPEN;
  long parent = ROOT; // when sealed: the identity of the block before it
  int references; // sequences that have it in their tables

  // Links of PrefixCache: the next one of the same bucket, and the neighbours in order of release.
  @Nullable KvBlock nextInBucket;
  @Nullable KvBlock older;
  @Nullable KvBlock newer;

  KvBlock(Buffer buffer) {
    this.buffer = buffer;
  }

  boolean sealed() {
    return id != OPEN;
  }
}
