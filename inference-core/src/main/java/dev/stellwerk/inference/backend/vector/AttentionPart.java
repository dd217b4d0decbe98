package dev.stellwerk.inference.backend.vector;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.inference.backend.Attention;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.platform.FastMath;
import dev.stellwerk.inference.platform.Memory;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Some queries that share a kv head, their scores and their results.
///
/// ```
/// factors [rows][keyWidth]        queries times scale; rows = queries, rounded up to eight
///         or [groups][keyWidth][lanes] for latent keys
/// scores  [rows][positions]       then weights; positions from `start` on, whole blocks
/// sums    [rows]
/// mixed   [rows][valueWidth]      padded to whole vectors
/// ```
///
/// Where a vector holds one column of many keys (grouped), a lane of the scores is a position.
/// Latent keys are whole rows, so there a lane is a query. Values are rows in both layouts, and a
/// lane of the result is a column. Whatever the lanes are, a score sums over the columns in rising
/// order and a result over the positions in rising order, so that neither the batch nor the part
/// that a query falls into changes a bit.
final class AttentionPart {
  private static final int ROWS = AttentionTiles.ROWS;
  private static final int FEW_ROWS = AttentionTiles.FEW_ROWS;

  /// Positions or columns of a tile for few rows.
  private static final int FEW_WIDTH = AttentionTiles.FEW_VECTORS * Lanes.COUNT;

  /// Up to so many queries are computed in tiles for few rows.
  private static final int FEW_MAX = 4;

  /// One call of the attention kernel.
  record Call(Attention attention, Rows q, int n, KvView cache, int layer, int position, Rows out) {
    /// Query heads that share a kv head.
    int group() {
      return attention.heads() / cache.layout().kvHeads();
    }
  }

  private @Nullable Call call;
  private int kvHead;
  private int first;
  private int queries;
  private int rows;
  private boolean few; // queries, so that tiles have few rows
  private int start; // the first position that any query sees, down to the start of its block
  private int end; // behind the last one
  private long factors;
  private long scores;
  private long scoreRow; // bytes
  private long sums;
  private long mixed;
  private long mixedRow; // bytes

  /// Takes queries `newFirst` and following of a kv head, in the order of tokens and then heads.
  ///
  /// @return the bytes of memory that [#place] needs
  long begin(Call newCall, int newKvHead, int newFirst, int newQueries) {
    call = newCall;
    kvHead = newKvHead;
    first = newFirst;
    queries = newQueries;
    few = queries <= FEW_MAX;
    int tileRows = few ? FEW_ROWS : ROWS;
    rows = (queries + tileRows - 1) / tileRows * tileRows;
    KvLayout layout = newCall.cache.layout();
    int firstSeen = newCall.attention.firstSeen(newCall.position + first / newCall.group());
    start = firstSeen / KvLayout.POSITIONS * KvLayout.POSITIONS;
    end = newCall.position + (first + queries - 1) / newCall.group() + 1;
    scoreRow = padded(end - start, Math.max(FEW_WIDTH, KvLayout.POSITIONS));
    mixedRow = padded(layout.valueWidth(), FEW_WIDTH);
    return bytes();
  }

  /// Bytes of so many floats, in whole tiles.
  private static long padded(int floats, int tile) {
    return (floats + tile - 1L) / tile * tile * Float.BYTES;
  }

  /// The bytes of memory that it needs.
  long bytes() {
    return factorBytes(call().cache.layout()) + rows * (scoreRow + Lanes.BYTES + mixedRow);
  }

  private long factorBytes(KvLayout layout) {
    int lanes = (rows + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT;
    return (long) lanes * layout.keyWidth() * Float.BYTES;
  }

  void place(long memory) {
    factors = memory;
    scores = factors + factorBytes(call().cache.layout());
    sums = scores + rows * scoreRow;
    mixed = sums + rows * (long) Lanes.BYTES;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  int queries() {
    return queries;
  }

  /// Lays out the queries as factors.
  void prepare() {
    Call c = call();
    int width = c.cache.layout().keyWidth();
    boolean latent = c.cache.layout().latent();
    int filled = latent ? (rows + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT : rows;
    for (int r = 0; r < filled; r++) {
      long from = r < queries ? rowAddress(c.q, r, width) : 0L;
      long to = factors + (latent ? lane(r, width) : 4L * r * width);
      long step = latent ? Lanes.BYTES : Float.BYTES;
      for (int i = 0; i < width; i++) {
        float value = from == 0L ? 0f : Memory.getFloat(from + 4L * i) * c.attention.scale();
        Memory.putFloat(to + i * step, value);
      }
    }
  }

  private static long lane(int row, int width) {
    return ((long) row / Lanes.COUNT * width * Lanes.COUNT + row % Lanes.COUNT) * Float.BYTES;
  }

  /// Where a query, or its result, lies.
  private long rowAddress(Rows in, int row, int width) {
    int group = call().group();
    int query = first + row;
    return in.address(query / group) + 4L * width * (kvHead * group + query % group);
  }

  /// The bytes of a tile of scores, working memory of a thread.
  static long tileBytes() {
    return (long) ROWS * Lanes.BYTES;
  }

  /// Scores of the positions from `from`, the start of a block, to `to`.
  ///
  /// @param tile address of [#tileBytes]
  void score(int from, int to, long tile) {
    if (call().cache.layout().latent()) {
      scoreLatent(from, to, tile);
    } else if (few) {
      scoreFew(from, to);
    } else {
      scoreGrouped(from, to);
    }
  }

  private void scoreGrouped(int from, int to) {
    Call c = call();
    int width = c.cache.layout().keyWidth();
    long step = c.cache.layout().keyStepBytes();
    for (int p = from; p < to; p += Lanes.COUNT) {
      long keys = c.cache.keyAddress(c.layer, p, kvHead);
      long to0 = scores + 4L * (p - start);
      for (int r = 0; r < rows; r += ROWS) {
        AttentionTiles.eight(
            keys,
            step,
            width,
            factors + 4L * r * width,
            4L * width,
            to0 + r * scoreRow,
            scoreRow,
            false);
      }
    }
  }

  /// Vectors behind the last position repeat the last one, into the padding of the scores.
  private void scoreFew(int from, int to) {
    Call c = call();
    int width = c.cache.layout().keyWidth();
    int last = (end - 1) / Lanes.COUNT * Lanes.COUNT;
    for (int p = from; p < to; p += FEW_WIDTH) {
      for (int r = 0; r < rows; r += FEW_ROWS) {
        AttentionTiles.two(
            c.cache.keyAddress(c.layer, p, kvHead),
            c.cache.keyAddress(c.layer, Math.min(last, p + Lanes.COUNT), kvHead),
            c.cache.keyAddress(c.layer, Math.min(last, p + 2 * Lanes.COUNT), kvHead),
            c.cache.keyAddress(c.layer, Math.min(last, p + 3 * Lanes.COUNT), kvHead),
            c.cache.layout().keyStepBytes(),
            width,
            factors + 4L * r * width,
            4L * width,
            scores + r * scoreRow + 4L * (p - start),
            scoreRow,
            false);
      }
    }
  }

  private void scoreLatent(int from, int to, long tile) {
    Call c = call();
    int width = c.cache.layout().keyWidth();
    long keyRow = c.cache.layout().rowBytes();
    for (int p = from; p < to; p += ROWS) {
      long keys = c.cache.keyAddress(c.layer, p, kvHead);
      for (int r = 0; r < queries; r += Lanes.COUNT) {
        long columns = factors + 4L * r * width;
        AttentionTiles.eight(columns, Lanes.BYTES, width, keys, keyRow, tile, Lanes.BYTES, false);
        turnTile(
            tile, Math.min(Lanes.COUNT, queries - r), scores + r * scoreRow + 4L * (p - start));
      }
    }
  }

  /// Writes the tile's lanes as rows of scores.
  private void turnTile(long tile, int lanes, long to) {
    for (int lane = 0; lane < lanes; lane++) {
      for (int i = 0; i < ROWS; i++) {
        float score = Memory.getFloat(tile + (long) i * Lanes.BYTES + 4L * lane);
        Memory.putFloat(to + lane * scoreRow + 4L * i, score);
      }
    }
  }

  /// Replaces the scores of some queries by e^(score - greatest), and notes the sums.
  void softmax(int fromRow, int toRow) {
    Call c = call();
    for (int r = fromRow; r < toRow; r++) {
      int last = c.position + (first + r) / c.group();
      long row = scores + r * scoreRow;
      hide(row, start, c.attention.firstSeen(last));
      hide(row, last + 1, start + (int) (scoreRow / Float.BYTES));
      weigh(row, scoreRow, sink(c.attention, kvHead * c.group() + (first + r) % c.group()), r);
    }
  }

  private static float sink(Attention attention, int head) {
    Buffer sinks = attention.sinks();
    return sinks == null ? Float.NEGATIVE_INFINITY : Memory.getFloat(sinks.address() + 4L * head);
  }

  private void hide(long row, int from, int to) {
    for (int p = from; p < to; p++) {
      Memory.putFloat(row + 4L * (p - start), Float.NEGATIVE_INFINITY);
    }
  }

  /// The sum is that of each lane in the order of positions, then of the lanes from the first on.
  private void weigh(long row, long rowBytes, float sink, int r) {
    FloatVector max = Lanes.broadcast(sink);
    for (long at = row; at < row + rowBytes; at += Lanes.BYTES) {
      max = Lanes.load(at).max(max);
    }
    long lanes = sums + r * (long) Lanes.BYTES;
    Lanes.store(max, lanes);
    float greatest = Memory.getFloat(lanes);
    for (int i = 1; i < Lanes.COUNT; i++) {
      greatest = Math.max(greatest, Memory.getFloat(lanes + 4L * i));
    }
    FloatVector shift = Lanes.broadcast(greatest);
    FloatVector sum = Lanes.zero();
    for (long at = row; at < row + rowBytes; at += Lanes.BYTES) {
      FloatVector weight = Lanes.exp(Lanes.load(at).sub(shift));
      Lanes.store(weight, at);
      sum = weight.add(sum);
    }
    Lanes.store(sum, lanes);
    float total = FastMath.exp(sink - greatest);
    for (int i = 0; i < Lanes.COUNT; i++) {
      total += Memory.getFloat(lanes + 4L * i);
    }
    Memory.putFloat(lanes, total);
  }

  /// Columns of the results, from weights and values.
  ///
  /// @param fromColumn a multiple of [#FEW_WIDTH]
  void mix(int fromColumn, int toColumn) {
    Call c = call();
    for (int p = start; p < end; p += KvLayout.POSITIONS) {
      long values = c.cache.valueAddress(c.layer, p, kvHead);
      int count = Math.min(KvLayout.POSITIONS, end - p);
      long weights = scores + 4L * (p - start);
      if (few) {
        mixFew(c, values, count, weights, fromColumn, toColumn, p > start);
      } else {
        mixMany(c, values, count, weights, fromColumn, toColumn, p > start);
      }
    }
    finish(c, fromColumn, toColumn);
  }

  private void mixMany(
      Call c, long values, int count, long weights, int from, int to, boolean accumulate) {
    long valueRow = c.cache.layout().rowBytes();
    for (int column = from; column < to; column += Lanes.COUNT) {
      for (int r = 0; r < rows; r += ROWS) {
        AttentionTiles.eight(
            values + 4L * column,
            valueRow,
            count,
            weights + r * scoreRow,
            scoreRow,
            mixed + r * mixedRow + 4L * column,
            mixedRow,
            accumulate);
      }
    }
  }

  /// Vectors behind the last column repeat the last one, into the padding of the results.
  private void mixFew(
      Call c, long values, int count, long weights, int from, int to, boolean accumulate) {
    long valueRow = c.cache.layout().rowBytes();
    int last = (to - 1) / Lanes.COUNT * Lanes.COUNT;
    for (int column = from; column < to; column += FEW_WIDTH) {
      for (int r = 0; r < rows; r += FEW_ROWS) {
        AttentionTiles.two(
            values + 4L * column,
            values + 4L * Math.min(last, column + Lanes.COUNT),
            values + 4L * Math.min(last, column + 2 * Lanes.COUNT),
            values + 4L * Math.min(last, column + 3 * Lanes.COUNT),
            valueRow,
            count,
            weights + r * scoreRow,
            scoreRow,
            mixed + r * mixedRow + 4L * column,
            mixedRow,
            accumulate);
      }
    }
  }

  private void finish(Call c, int fromColumn, int toColumn) {
    int width = c.cache.layout().valueWidth();
    for (int r = 0; r < queries; r++) {
      long to = rowAddress(c.out, r, width);
      long from = mixed + r * mixedRow;
      float sum = Memory.getFloat(sums + r * (long) Lanes.BYTES);
      for (int i = fromColumn; i < Math.min(width, toColumn); i++) {
        Memory.putFloat(to + 4L * i, Memory.getFloat(from + 4L * i) / sum);
      }
    }
  }

  private Call call() {
    return requireNonNull(call, "begin comes first");
  }
}
