package dev.stellwerk.inference.backend.vector;

import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Scratch;
import dev.stellwerk.inference.backend.WorkerPool;
import dev.stellwerk.inference.backend.scalar.Loops;
import dev.stellwerk.inference.platform.Memory;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Attention of many queries over one row a position. A lane is one query: one head of one token.
///
/// An item takes as many queries as there are lanes, in the order of tokens and then heads:
///
/// 1. turn them into columns, `[width][lanes]`: now they are weights in [LaneLayout];
/// 2. scores `[position][lanes]` = their product with the cached rows;
/// 3. softmax down each lane, with zeros where a lane's token must not look;
/// 4. mixed `[column][lanes]` = the product of those weights with the cached columns, block by
///    block;
/// 5. divide by the sums, turn back into rows.
///
/// A lane's arithmetic does not depend on which other queries share the vector.
final class AttentionTask implements WorkerPool.Task {
  private static final int TILE = Product.TILE_TOKENS;

  private final WorkerPool pool;
  private final Scratch[] scratch;

  private @Nullable KvView cache;
  private @Nullable Rows q;
  private @Nullable Rows out;
  private int heads;
  private int n;
  private int layer;
  private int position;
  private float scale;

  AttentionTask(WorkerPool pool, Scratch[] scratch) {
    this.pool = pool;
    this.scratch = scratch;
  }

  void attend(
      Rows newQ,
      int newHeads,
      int newN,
      KvView newCache,
      int newLayer,
      int newPosition,
      float newScale,
      Rows newOut) {
    q = newQ;
    heads = newHeads;
    n = newN;
    cache = newCache;
    layer = newLayer;
    position = newPosition;
    scale = newScale;
    out = newOut;
    pool.run(this, (n * heads + Lanes.COUNT - 1) / Lanes.COUNT);
  }

  @Override
  public void run(int item, int worker) {
    if (q == null || cache == null || out == null) {
      throw new IllegalStateException("run before attend");
    }
    int width = cache.layout().width();
    int valueWidth = out.width() / heads;
    int firstQuery = item * Lanes.COUNT;
    int queries = Math.min(Lanes.COUNT, n * heads - firstQuery);
    int seenMax = position + (firstQuery + queries - 1) / heads + 1;
    int seenMin = position + firstQuery / heads + 1;

    // Scores and mixed columns are computed in tiles, whose last one may go over the end.
    long scoresBytes = (long) KvLayout.blocks(seenMax) * KvLayout.POSITIONS * Lanes.BYTES;
    long mixedBytes = (long) (valueWidth + TILE) * Lanes.BYTES;
    long columns = scratch[worker].address((long) width * Lanes.BYTES + scoresBytes + mixedBytes);
    long scores = columns + (long) width * Lanes.BYTES;
    long mixed = scores + scoresBytes;

    turn(q, firstQuery, queries, width, columns);
    score(cache, columns, width, seenMax, scores);
    hide(firstQuery, queries, seenMin, seenMax, scores);
    softmax(scores, seenMax, columns);
    mix(cache, scores, seenMax, valueWidth, mixed);
    turnBack(mixed, columns, firstQuery, queries, valueWidth, out);
  }

  private void turn(Rows from, int firstQuery, int queries, int width, long columns) {
    for (int lane = 0; lane < Lanes.COUNT; lane++) {
      int query = firstQuery + lane;
      boolean used = lane < queries;
      long row = used ? from.address(query / heads) + 4L * (query % heads) * width : 0L;
      for (int i = 0; i < width; i++) {
        float value = used ? Memory.getFloat(row + 4L * i) * scale : 0f;
        Memory.putFloat(columns + (long) i * Lanes.BYTES + 4L * lane, value);
      }
    }
  }

  private void score(KvView from, long columns, int width, int seen, long scores) {
    long rowBytes = from.layout().rowBytes();
    for (int p = 0; p < seen; p += KvLayout.POSITIONS) {
      long rows = from.address(layer, p);
      int count = Loops.runLength(p, seen - p);
      for (int i = 0; i < count; i += TILE) {
        F32Tiles.eight(
            columns,
            width,
            rows + i * rowBytes,
            rowBytes,
            4,
            scores + (long) (p + i) * Lanes.BYTES,
            Lanes.BYTES,
            false);
      }
    }
  }

  /// Later positions than a lane's own score minus infinity.
  private void hide(int firstQuery, int queries, int seenMin, int seenMax, long scores) {
    for (int lane = 0; lane < queries; lane++) {
      int seen = position + (firstQuery + lane) / heads + 1;
      for (int p = Math.max(seen, seenMin); p < seenMax; p++) {
        Memory.putFloat(scores + (long) p * Lanes.BYTES + 4L * lane, Float.NEGATIVE_INFINITY);
      }
    }
  }

  /// Replaces scores by e^(score - greatest), and writes each lane's sum.
  private static void softmax(long scores, int seen, long sums) {
    FloatVector max = Lanes.load(scores);
    for (int p = 1; p < seen; p++) {
      max = max.max(Lanes.load(scores + (long) p * Lanes.BYTES));
    }
    FloatVector sum = Lanes.zero();
    for (int p = 0; p < seen; p++) {
      long at = scores + (long) p * Lanes.BYTES;
      FloatVector weight = Lanes.exp(Lanes.load(at).sub(max));
      Lanes.store(weight, at);
      sum = sum.add(weight);
    }
    Lanes.store(sum, sums);
  }

  private void mix(KvView from, long weights, int seen, int valueWidth, long mixed) {
    long rowBytes = from.layout().rowBytes();
    for (int p = 0; p < seen; p += KvLayout.POSITIONS) {
      long rows = from.address(layer, p);
      int count = Loops.runLength(p, seen - p);
      for (int i = 0; i < valueWidth; i += TILE) {
        F32Tiles.eight(
            weights + (long) p * Lanes.BYTES,
            count,
            rows + 4L * i,
            4,
            rowBytes,
            mixed + (long) i * Lanes.BYTES,
            Lanes.BYTES,
            p > 0);
      }
    }
  }

  private void turnBack(
      long mixed, long sums, int firstQuery, int queries, int valueWidth, Rows to) {
    for (int lane = 0; lane < queries; lane++) {
      int query = firstQuery + lane;
      long row = to.address(query / heads) + 4L * (query % heads) * valueWidth;
      float sum = Memory.getFloat(sums + 4L * lane);
      for (int i = 0; i < valueWidth; i++) {
        float value = Memory.getFloat(mixed + (long) i * Lanes.BYTES + 4L * lane);
        Memory.putFloat(row + 4L * i, value / sum);
      }
    }
  }
}
