package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.KvLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The KV cache of all sequences: which blocks each has, which of them it shares, and who gets
/// memory.
///
/// A block is in one of these states:
///
/// ```
/// free ──grow──▶ open, of one sequence ──seal──▶ sealed, of one sequence or more
///  ▲                                               │ release       ▲
///  └──────evict (the longest without a user)───── cached ──attach──┘
/// ```
///
/// A sequence that is not generating is *pinned* for a while: its blocks are in use. Afterwards
/// they are cached: found again if nobody needed their memory, computed again otherwise.
///
/// Safe for use by many threads.
final class KvCache {
  private final KvBlocks memory;
  private final PrefixCache prefixes = new PrefixCache();
  private final Deque<Sequence> pins = new ArrayDeque<>(); // in order of their deadlines
  private final LongSupplier nanoTime;
  private final long pinNanosMax;

  /// @param nanoTime the clock of pins
  /// @throws IllegalArgumentException when the memory holds no single block
  KvCache(
      Backend backend, KvLayout layout, long bytesMax, long pinMillisMax, LongSupplier nanoTime) {
    this.memory = new KvBlocks(backend, layout, bytesMax);
    this.pinNanosMax = TimeUnit.MILLISECONDS.toNanos(pinMillisMax);
    this.nanoTime = nanoTime;
  }

  Sequence newSequence() {
    return new Sequence(memory.layout());
  }

  /// How many positions fit when one sequence has everything.
  long positionsMax() {
    return (long) memory.blocksMax() * KvLayout.POSITIONS;
  }

  /// Gives a sequence whatever the cache holds of it, and memory for the rest. Ends its pin.
  ///
  /// @param spareBlocks how many blocks must be left for others
  /// @return false when there is too little memory; the sequence is then as it was
  synchronized boolean start(Sequence sequence, int spareBlocks) {
    expirePins();
    int found = 0; // cached blocks, which can be attached or evicted, not both
    int index = fullBlocks(sequence);
    KvBlock block = findNext(sequence, index, sequence.parentOf(index));
    while (block != null) {
      found += block.references == 0 ? 1 : 0;
      index++;
      block = findNext(sequence, index, block.id);
    }
    int held = Math.max(index, sequence.blockCount());
    int wanted = KvLayout.blocks(sequence.size()) - held;
    if (wanted + spareBlocks > available() - found) {
      return false;
    }
    if (sequence.pinned) {
      pins.remove(sequence);
      sequence.pinned = false;
    }
    attach(sequence);
    return grow(sequence, sequence.size());
  }

  /// Takes blocks that others have computed since for the next positions of a sequence.
  synchronized void attach(Sequence sequence) {
    int index = fullBlocks(sequence);
    KvBlock block = findNext(sequence, index, sequence.parentOf(index));
    while (block != null) {
      use(block);
      if (index < sequence.blockCount()) {
        KvBlock own = sequence.block(index);
        sequence.setBlock(index, block);
        letGo(own);
      } else {
        sequence.addBlock(block);
      }
      index++;
      sequence.setCached(index * KvLayout.POSITIONS);
      block = findNext(sequence, index, block.id);
    }
  }

  /// Gives a sequence room for so many positions.
  ///
  /// @return false when there is too little memory; the sequence is then as it was
  synchronized boolean grow(Sequence sequence, int positions) {
    int wanted = KvLayout.blocks(positions) - sequence.blockCount();
    if (wanted <= 0) {
      return true;
    }
    expirePins();
    if (wanted > available()) {
      return false;
    }
    for (int i = 0; i < wanted; i++) {
      KvBlock block = memory.available() > 0 ? memory.take() : prefixes.evict();
      block.references = 1;
      sequence.addBlock(block);
    }
    return true;
  }

  /// Lets others find the blocks that a forward pass has filled.
  synchronized void seal(Sequence sequence) {
    int full = fullBlocks(sequence);
    int index = full;
    while (index > 0 && !sequence.block(index - 1).sealed()) {
      index--;
    }
    for (; index < full; index++) {
      long parent = sequence.parentOf(index);
      int from = index * KvLayout.POSITIONS;
      KvBlock equal = prefixes.find(parent, sequence, from);
      KvBlock own = sequence.block(index);
      if (equal == null) {
        prefixes.seal(own, parent, sequence, from);
      } else { // another sequence was quicker: one copy is enough
        use(equal);
        sequence.setBlock(index, equal);
        letGo(own);
      }
    }
  }

  /// Keeps the blocks of a sequence that has stopped generating, for a while.
  synchronized void pin(Sequence sequence) {
    shrink(sequence, KvLayout.blocks(sequence.cached()));
    sequence.pinned = true;
    sequence.pinDeadlineNanos = nanoTime.getAsLong() + pinNanosMax;
    pins.add(sequence);
    expirePins();
  }

  /// Ends a pin. Does nothing without one.
  synchronized void unpin(Sequence sequence) {
    if (sequence.pinned) {
      pins.remove(sequence);
      sequence.pinned = false;
      release(sequence);
    }
  }

  /// Takes everything from a sequence; what is sealed stays in the cache.
  synchronized void release(Sequence sequence) {
    shrink(sequence, 0);
    sequence.setCached(0);
  }

  /// Forgets the tokens of a sequence from `position` on. A sealed block is never written to, so a
  /// sequence that ends within one goes back to its start.
  synchronized void truncate(Sequence sequence, int position) {
    sequence.forget(position);
    if (position < sequence.cached()) {
      shrink(sequence, KvLayout.blocks(position));
      boolean within = position % KvLayout.POSITIONS != 0;
      if (within && sequence.block(sequence.blockCount() - 1).sealed()) {
        shrink(sequence, sequence.blockCount() - 1);
        sequence.setCached(sequence.blockCount() * KvLayout.POSITIONS);
      } else {
        sequence.setCached(position);
      }
    }
  }

  /// When the next pin ends, in the clock's nanoseconds from now; -1 when there is none.
  synchronized long nextPinEndNanos() {
    Sequence first = pins.peek();
    return first == null ? -1 : Math.max(0, first.pinDeadlineNanos - nanoTime.getAsLong());
  }

  /// What an [EngineStatus] says about memory.
  synchronized EngineStatus.Memory status() {
    expirePins();
    Map<KvBlock, Integer> pinned = new HashMap<>();
    for (Sequence sequence : pins) {
      for (int i = 0; i < sequence.blockCount(); i++) {
        pinned.merge(sequence.block(i), 1, Integer::sum);
      }
    }
    pinned.entrySet().removeIf(entry -> entry.getValue() < entry.getKey().references);
    int used = memory.blocksMax() - memory.available() - prefixes.unused();
    return new EngineStatus.Memory(
        memory.blocksMax(),
        memory.allocated(),
        used - pinned.size(),
        pinned.size(),
        prefixes.unused(),
        memory.layout().blockBytes());
  }

  private int available() {
    return memory.available() + prefixes.unused();
  }

  /// Whole blocks whose positions are all computed.
  private static int fullBlocks(Sequence sequence) {
    return sequence.cached() / KvLayout.POSITIONS;
  }

  /// The cached block that a sequence could have as its next one; at least one token stays to be
  /// computed, because logits are wanted after it.
  private @Nullable KvBlock findNext(Sequence sequence, int index, long parent) {
    int from = index * KvLayout.POSITIONS;
    boolean whole = from + KvLayout.POSITIONS < sequence.size();
    return whole && parent != KvBlock.OPEN ? prefixes.find(parent, sequence, from) : null;
  }

  private void use(KvBlock block) {
    if (block.references++ == 0) {
      prefixes.take(block);
    }
  }

  private void letGo(KvBlock block) {
    if (--block.references > 0) {
      return;
    }
    if (block.sealed()) {
      prefixes.release(block);
    } else {
      memory.giveBack(block);
    }
  }

  /// From the end, as [PrefixCache] needs it.
  private void shrink(Sequence sequence, int blocks) {
    while (sequence.blockCount() > blocks) {
      letGo(sequence.removeLastBlock());
    }
  }

  private void expirePins() {
    Sequence first = pins.peek();
    while (first != null && first.pinDeadlineNanos - nanoTime.getAsLong() <= 0) {
      pins.remove();
      first.pinned = false;
      release(first);
      first = pins.peek();
    }
  }
}
