package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.model.Batch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides which generations have a place and memory, and what of each the next forward pass takes.
///
/// - Places and memory go by age: the oldest that waits is next, and no younger one overtakes it.
/// - In a pass, generations that decode come first, one step each; prompts share the rest of the
///   chunk evenly.
/// - When memory is short, an older generation takes it from the youngest, which waits again, keeps
///   its tokens, and computes its part of the cache once more later.
/// - A generation whose reader does not read is passed over, and loses its place and its memory
///   first.
/// - Of generations that are reading the same text at the same place, one computes; the others take
///   the blocks when they are full.
///
/// Belongs to the engine's thread.
final class Scheduler {
  /// What one step of decoding may have to read: a sampled token and those that a constraint forces
  /// after it.
  private static final int DECODE_TOKENS_MAX = EngineLoop.FORCED_MAX + 1;

  private final KvCache cache;
  private final int runningMax;
  private final int chunkTokensMax;
  private final List<LocalGeneration> waiting = new ArrayList<>(); // the oldest first
  private final List<LocalGeneration> running = new ArrayList<>(); // the oldest first
  private final List<LocalGeneration> scheduled = new ArrayList<>();
  private long lastNumber;
  private int first; // whose turn it is to be served first
  private long preemptions;

  Scheduler(KvCache cache, int runningMax, int chunkTokensMax) {
    this.cache = cache;
    this.runningMax = runningMax;
    this.chunkTokensMax = chunkTokensMax;
  }

  List<LocalGeneration> waiting() {
    return waiting;
  }

  List<LocalGeneration> running() {
    return running;
  }

  /// Who takes part in the next pass, with [LocalGeneration#planned] tokens each.
  List<LocalGeneration> scheduled() {
    return scheduled;
  }

  long preemptions() {
    return preemptions;
  }

  void add(LocalGeneration generation) {
    generation.setNumber(++lastNumber);
    waiting.add(generation);
  }

  /// Forgets a generation.
  ///
  /// @return whether it was running
  boolean remove(LocalGeneration generation) {
    waiting.remove(generation);
    return running.remove(generation);
  }

  /// Gives places and memory to those that wait, as far as there are any.
  void admit() {
    for (int i = 0; i < waiting.size(); i++) {
      LocalGeneration generation = waiting.get(i);
      if (!generation.canPublish()) {
        continue;
      }
      LocalGeneration stalled = running.size() < runningMax ? null : stalled(generation);
      if (running.size() >= runningMax && stalled == null) {
        return;
      }
      // One block for each that runs, so that it is not the newcomer who makes them run short.
      if (!cache.start(generation.sequence(), running.size())) {
        return;
      }
      if (stalled != null) {
        preempt(stalled);
        i = waiting.indexOf(generation);
      }
      waiting.remove(i--);
      generation.started();
      insert(running, generation);
    }
  }

  /// Puts together the next pass.
  void plan(Batch batch) {
    share();
    reserve();
    batch.clear();
    scheduled.clear();
    for (int i = 0; i < running.size(); i++) {
      LocalGeneration generation = running.get(i);
      if (generation.planned() > 0) {
        add(batch, generation.sequence(), generation.planned());
        scheduled.add(generation);
      }
    }
  }

  /// Decides how many tokens each generation may put into the pass.
  private void share() {
    for (int i = 0; i < running.size(); i++) {
      running.get(i).plan(0);
    }
    int room = shareAmongDecoders(chunkTokensMax);
    shareAmongReaders(room);
    first = running.isEmpty() ? 0 : (first + 1) % running.size();
  }

  /// Whose turn is the `index`th in this pass.
  private LocalGeneration inTurn(int index) {
    return running.get((first + index) % running.size());
  }

  /// All that they have, but at least one token is left to each that follows.
  private int shareAmongDecoders(int chunk) {
    int room = chunk;
    int following = 0;
    for (int i = 0; i < running.size(); i++) {
      following += decodes(running.get(i)) ? 1 : 0;
    }
    for (int i = 0; i < running.size() && room > 0; i++) {
      LocalGeneration generation = inTurn(i);
      if (decodes(generation)) {
        following--;
        if (generation.canPublish()) {
          int most = Math.max(1, room - following);
          generation.plan(Math.min(generation.sequence().pending(), most));
          room -= generation.planned();
        }
      }
    }
    return room;
  }

  /// What is left, in even parts; what a short prompt does not need goes to those that follow.
  private void shareAmongReaders(int chunk) {
    int room = chunk;
    int following = 0;
    for (int i = 0; i < running.size() && following < room; i++) {
      LocalGeneration generation = inTurn(i);
      if (!decodes(generation) && generation.canPublish() && !twinComputes(generation)) {
        generation.plan(1);
        following++;
      }
    }
    for (int i = 0; i < running.size(); i++) {
      LocalGeneration generation = inTurn(i);
      if (!decodes(generation) && generation.planned() > 0) {
        generation.plan(Math.min(generation.sequence().pending(), room / following));
        room -= generation.planned();
        following--;
      }
    }
  }

  private static boolean decodes(LocalGeneration generation) {
    return generation.sequence().pending() <= DECODE_TOKENS_MAX;
  }

  /// Whether another generation is computing the very block that this one needs next: it takes part
  /// in this pass, or is further within the block. Takes the blocks that others have finished.
  private boolean twinComputes(LocalGeneration generation) {
    Sequence own = generation.sequence();
    if (own.cached() % KvLayout.POSITIONS != 0) {
      return false;
    }
    cache.attach(own);
    generation.attached();
    for (int i = 0; i < running.size(); i++) {
      LocalGeneration other = running.get(i);
      boolean ahead = other.sequence().cached() > own.cached() && other.canPublish();
      if ((other.planned() > 0 || ahead) && sameBlock(own, other.sequence())) {
        return true;
      }
    }
    return false;
  }

  private static boolean sameBlock(Sequence own, Sequence other) {
    int index = own.cached() / KvLayout.POSITIONS;
    int from = index * KvLayout.POSITIONS;
    if (own == other
        || other.cached() / KvLayout.POSITIONS != index
        || own.parentOf(index) != other.parentOf(index)
        || Math.min(own.size(), other.size()) <= from + KvLayout.POSITIONS) {
      return false;
    }
    for (int i = from; i < from + KvLayout.POSITIONS; i++) {
      if (own.token(i) != other.token(i)) {
        return false;
      }
    }
    return true;
  }

  /// Makes sure that there is memory for what is planned, for the oldest first.
  private void reserve() {
    for (int i = 0; i < running.size(); i++) {
      LocalGeneration generation = running.get(i);
      Sequence sequence = generation.sequence();
      while (generation.planned() > 0
          && !cache.grow(sequence, sequence.cached() + generation.planned())) {
        LocalGeneration victim = victim(generation);
        if (victim == null) {
          generation.plan(0); // until an older one ends, or a pin
        } else {
          preempt(victim);
          i = running.indexOf(generation);
        }
      }
    }
  }

  /// Who must give up memory for a generation: one that stands still, or the youngest.
  private @Nullable LocalGeneration victim(LocalGeneration generation) {
    LocalGeneration stalled = stalled(generation);
    if (stalled != null) {
      return stalled;
    }
    LocalGeneration youngest = running.getLast();
    return youngest == generation ? null : youngest;
  }

  private @Nullable LocalGeneration stalled(LocalGeneration but) {
    for (int i = running.size() - 1; i >= 0; i--) {
      if (running.get(i) != but && !running.get(i).canPublish()) {
        return running.get(i);
      }
    }
    return null;
  }

  private void preempt(LocalGeneration victim) {
    preemptions++;
    running.remove(victim);
    cache.release(victim.sequence());
    insert(waiting, victim);
  }

  private static void insert(List<LocalGeneration> byAge, LocalGeneration generation) {
    int at = byAge.size();
    while (at > 0 && byAge.get(at - 1).number() > generation.number()) {
      at--;
    }
    byAge.add(at, generation);
  }

  private static void add(Batch batch, Sequence sequence, int count) {
    int last = sequence.size() - 1;
    batch.begin(sequence.cache(), sequence.cached());
    for (int i = sequence.cached(); i < sequence.cached() + count; i++) {
      batch.add(sequence.token(i), i == last);
    }
  }
}
