package dev.stellwerk.inference.backend;

import java.util.ArrayList;
import java.util.List;

/// One sequence's part of the KV cache: a table of blocks, in the order of positions.
public final class KvView {
  private final KvLayout layout;
  private final List<Buffer> blocks = new ArrayList<>();

  public KvView(KvLayout layout) {
    this.layout = layout;
  }

  public KvLayout layout() {
    return layout;
  }

  /// How many positions the blocks have room for.
  public int capacity() {
    return blocks.size() * KvLayout.POSITIONS;
  }

  public int blockCount() {
    return blocks.size();
  }

  public void add(Buffer block) {
    if (block.bytes() < layout.blockBytes()) {
      throw new IllegalArgumentException("a block of " + block.bytes() + " bytes is too small");
    }
    blocks.add(block);
  }

  /// Takes the last block away.
  public Buffer removeLast() {
    return blocks.removeLast();
  }

  /// Where a position's row lies. Rows of one block follow each other.
  public long address(int layer, int position) {
    long row = (long) layer * KvLayout.POSITIONS + position % KvLayout.POSITIONS;
    return blocks.get(position / KvLayout.POSITIONS).address() + row * layout.rowBytes();
  }
}
