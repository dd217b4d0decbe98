package dev.stellwerk.inference.backend;

import java.util.Arrays;

/// One sequence's part of the KV cache: a table of blocks, in the order of positions. Blocks of a
/// common prefix stand in the tables of several sequences.
public final class KvView {
  private static final int BLOCKS_MIN = 8;

  private final KvLayout layout;
  private long[] addresses = new long[BLOCKS_MIN];
  private int count;

  public KvView(KvLayout layout) {
    this.layout = layout;
  }

  public KvLayout layout() {
    return layout;
  }

  /// How many positions the blocks have room for.
  public int capacity() {
    return count * KvLayout.POSITIONS;
  }

  public int blockCount() {
    return count;
  }

  public void add(Buffer block) {
    if (count == addresses.length) {
      addresses = Arrays.copyOf(addresses, 2 * count);
    }
    count++;
    set(count - 1, block);
  }

  /// Puts another block in the place of one.
  public void set(int index, Buffer block) {
    if (block.bytes() < layout.blockBytes()) {
      throw new IllegalArgumentException("a block of " + block.bytes() + " bytes is too small");
    }
    addresses[checked(index)] = block.address();
  }

  /// Takes the last block away.
  public void removeLast() {
    checked(count - 1);
    count--;
  }

  /// Where the first column of a position's key lies; see [KvLayout#keyStepBytes].
  public long keyAddress(int layer, int position, int kvHead) {
    return addresses[checked(position / KvLayout.POSITIONS)]
        + layout.keyOffset(layer, position, kvHead);
  }

  /// Where a position's value starts. Those of one block lie [KvLayout#rowBytes] apart.
  public long valueAddress(int layer, int position, int kvHead) {
    return addresses[checked(position / KvLayout.POSITIONS)]
        + layout.valueOffset(layer, position, kvHead);
  }

  /// A kernel that reads beyond the table would read memory that is nobody's.
  private int checked(int index) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException("block " + index + " of " + count);
    }
    return index;
  }
}
