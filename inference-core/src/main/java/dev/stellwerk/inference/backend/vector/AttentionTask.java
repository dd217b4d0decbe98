package dev.stellwerk.inference.backend.vector;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.backend.Attention;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.WorkerPool;
import dev.stellwerk.inference.backend.vector.AttentionPart.Call;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Shares attention among threads.
///
/// With many queries, an item is a part: up to [#PART_QUERIES] queries of one kv head, from scores
/// to results in memory that stays in a core's cache. With fewer parts than threads (a step of one
/// sequence), the parts are computed together: positions are shared first, then columns.
final class AttentionTask {
  /// Queries that use a key or value while it is in the first-level cache.
  private static final int PART_QUERIES = 32;

  /// Positions and columns of an item where parts are computed together.
  private static final int ITEM_POSITIONS = 4 * KvLayout.POSITIONS;

  private static final int ITEM_COLUMNS = 64;
  private static final int ITEM_QUERIES = 4;

  private final WorkerPool pool;
  private final Scratch[] scratch;
  private final Scratch memory = new Scratch();
  private final Scratch tiles = new Scratch();
  private final AttentionPart[] ofWorker;
  private AttentionPart[] together = new AttentionPart[0];
  private final WorkerPool.Task whole = this::runWhole;
  private final WorkerPool.Task score = this::runScore;
  private final WorkerPool.Task softmax = this::runSoftmax;
  private final WorkerPool.Task mix = this::runMix;

  private @Nullable Call call;
  private int partsPerHead;
  private int scoreItems;
  private int softmaxItems;
  private int mixItems;

  AttentionTask(WorkerPool pool, Scratch[] scratch) {
    this.pool = pool;
    this.scratch = scratch;
    this.ofWorker = new AttentionPart[pool.threads()];
    Arrays.setAll(ofWorker, i -> new AttentionPart());
  }

  void attend(Attention attention, Rows q, int n, KvView cache, int layer, int position, Rows out) {
    Call c = new Call(attention, q, n, cache, layer, position, out);
    call = c;
    partsPerHead = (n * c.group() + PART_QUERIES - 1) / PART_QUERIES;
    int parts = cache.layout().kvHeads() * partsPerHead;
    if (parts >= pool.threads()) {
      pool.run(whole, parts);
    } else {
      runTogether(parts);
    }
    call = null;
  }

  private long begin(AttentionPart part, int index) {
    Call c = call();
    int first = index % partsPerHead * PART_QUERIES;
    int queries = Math.min(PART_QUERIES, c.n() * c.group() - first);
    return part.begin(c, index / partsPerHead, first, queries);
  }

  private long tile(int worker) {
    return tiles.address(pool.threads() * AttentionPart.tileBytes())
        + worker * AttentionPart.tileBytes();
  }

  private void runWhole(int item, int worker) {
    AttentionPart part = ofWorker[worker];
    part.place(scratch[worker].address(begin(part, item)));
    part.prepare();
    part.score(part.start(), part.end(), tile(worker));
    part.softmax(0, part.queries());
    part.mix(0, call().cache().layout().valueWidth());
  }

  private void runTogether(int parts) {
    if (together.length < parts) {
      together = new AttentionPart[parts];
      Arrays.setAll(together, i -> new AttentionPart());
    }
    long bytes = 0;
    int positions = 0;
    for (int i = 0; i < parts; i++) {
      bytes += begin(together[i], i);
      positions = Math.max(positions, together[i].end() - together[i].start());
    }
    long at = memory.address(bytes);
    for (int i = 0; i < parts; i++) {
      together[i].place(at);
      together[i].prepare();
      at += together[i].bytes();
    }
    scoreItems = (positions + ITEM_POSITIONS - 1) / ITEM_POSITIONS;
    softmaxItems = PART_QUERIES / ITEM_QUERIES;
    mixItems = (call().cache().layout().valueWidth() + ITEM_COLUMNS - 1) / ITEM_COLUMNS;
    pool.run(score, parts * scoreItems);
    pool.run(softmax, parts * softmaxItems);
    pool.run(mix, parts * mixItems);
  }

  private void runScore(int item, int worker) {
    AttentionPart part = together[item / scoreItems];
    int from = part.start() + item % scoreItems * ITEM_POSITIONS;
    part.score(from, Math.min(part.end(), from + ITEM_POSITIONS), tile(worker));
  }

  private void runSoftmax(int item, int worker) {
    AttentionPart part = together[item / softmaxItems];
    int from = item % softmaxItems * ITEM_QUERIES;
    part.softmax(from, Math.min(part.queries(), from + ITEM_QUERIES));
  }

  private void runMix(int item, int worker) {
    int from = item % mixItems * ITEM_COLUMNS;
    together[item / mixItems].mix(
        from, Math.min(call().cache().layout().valueWidth(), from + ITEM_COLUMNS));
  }

  private Call call() {
    return requireNonNull(call, "no call");
  }

  void close() {
    memory.close();
    tiles.close();
  }
}
