package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import java.util.ArrayDeque;
import java.util.Deque;

/// The memory of all sessions' KV caches, in blocks of [KvLayout#POSITIONS] positions.
///
/// Blocks are allocated when they are first needed, up to a limit, and used again after. Safe for
/// use by many threads.
final class KvBlocks {
  private final Backend backend;
  private final KvLayout layout;
  private final int blocksMax;
  private final Deque<Buffer> free = new ArrayDeque<>();
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

  KvView newView() {
    return new KvView(layout);
  }

  /// How many positions fit when one session has everything.
  long positionsMax() {
    return (long) blocksMax * KvLayout.POSITIONS;
  }

  /// Gives a view room for so many positions, or throws and leaves it as it was.
  ///
  /// @throws OverloadedException when the other sessions leave too little
  synchronized void grow(KvView view, int positions) {
    int wanted = KvLayout.blocks(positions) - view.blockCount();
    int available = free.size() + blocksMax - allocated;
    if (wanted > available) {
      throw new OverloadedException(
          "the KV cache has room for "
              + (long) available * KvLayout.POSITIONS
              + " more tokens, the request needs "
              + (long) wanted * KvLayout.POSITIONS
              + "; close a session or configure more memory for the KV cache");
    }
    for (int i = 0; i < wanted; i++) {
      view.add(free.isEmpty() ? allocate() : free.pop());
    }
  }

  /// Takes back the blocks that a view does not need for so many positions.
  synchronized void shrink(KvView view, int positions) {
    while (view.blockCount() > KvLayout.blocks(positions)) {
      free.push(view.removeLast());
    }
  }

  private Buffer allocate() {
    allocated++;
    return backend.allocate(layout.blockBytes());
  }
}
