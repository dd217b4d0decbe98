package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.KvLayout;
import java.util.ArrayDeque;
import java.util.Deque;

/// The memory of the KV cache, in blocks of [KvLayout#POSITIONS] positions: allocated when they are
/// first needed, up to a limit, and used again after.
///
/// Not thread-safe; [KvCache] guards it.
final class KvBlocks {
  private final Backend backend;
  private final KvLayout layout;
  private final int blocksMax;
  private final Deque<KvBlock> free = new ArrayDeque<>();
  private int allocated;

  /// @throws IllegalArgumentException when the limit holds no single block
  KvBlocks(Backend backend, KvLayout layout, long bytesMax) {
    this.backend = backend;
    this.layout = layout;
    this.blocksMax = (int) Math.min(Integer.MAX_VALUE, bytesMax / layout.blockBytes());
    if (blocksMax == 0) {
      throw new IllegalArgumentException(
          "kvBytesMax "
              + bytesMax
              + " holds no block of the KV cache, which takes "
              + layout.blockBytes()
              + " bytes");
    }
  }

  KvLayout layout() {
    return layout;
  }

  int blocksMax() {
    return blocksMax;
  }

  /// Blocks that [#take] can give.
  int available() {
    return free.size() + blocksMax - allocated;
  }

  /// Blocks that hold memory.
  int allocated() {
    return allocated;
  }

  KvBlock take() {
    if (!free.isEmpty()) {
      return free.pop();
    }
    if (allocated == blocksMax) {
      throw new IllegalStateException("no block is free");
    }
    KvBlock block = new KvBlock(backend.allocate(layout.blockBytes()));
    allocated++;
    return block;
  }

  /// Takes back a block that nobody uses and nobody may find.
  void giveBack(KvBlock block) {
    free.push(block);
  }
}
