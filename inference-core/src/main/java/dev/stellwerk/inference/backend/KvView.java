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

  /// Where the first column of a position's key lies; see [KvLayout#keyStepBytes].
  public long keyAddress(int layer, int position, int kvHead) {
    return blocks.get(position / KvLayout.POSITIONS).address()
        + layout.keyOffset(layer, position, kvHead);
  }

  /// Where a position's value starts. Those of one block lie [KvLayout#rowBytes] apart.
  public long valueAddress(int layer, int position, int kvHead) {
    return blocks.get(position / KvLayout.POSITIONS).address()
        + layout.valueOffset(layer, position, kvHead);
  }
}
