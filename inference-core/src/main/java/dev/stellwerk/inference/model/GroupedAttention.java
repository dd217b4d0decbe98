package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Attention;
import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.RopeStyle;
import dev.stellwerk.inference.backend.Rows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Grouped-query attention (GQA): several query heads share a key and a value head.
///
/// Source: GQA (arXiv 2305.13245); sinks as in gpt-oss (arXiv 2508.10925).
final class GroupedAttention implements AttentionBlock {
  /// @param keyWidth of a head's query and key
  /// @param valueWidth of a head's value
  /// @param rope how many columns of a query and key turn with the position, the first ones
  record Shape(int heads, int kvHeads, int keyWidth, int valueWidth, int rope, RopeStyle style) {}

  /// One layer's weights.
  ///
  /// @param query with bias [heads * keyWidth, hidden]
  /// @param key with bias [kvHeads * keyWidth, hidden]
  /// @param value with bias [kvHeads * valueWidth, hidden]
  /// @param output with bias [hidden, heads * valueWidth]
  /// @param queryNorm f32 `[keyWidth]`: each query is normalised before it is rotated
  /// @param keyNorm f32 `[keyWidth]`
  record Weights(
      Linear query,
      Linear key,
      Linear value,
      Linear output,
      @Nullable Buffer queryNorm,
      @Nullable Buffer keyNorm,
      Attention attention) {}

  /// A matrix and what is added to its product.
  record Linear(Matrix matrix, @Nullable Buffer bias) {}

  private final Shape shape;
  private final List<Weights> layers;
  private final float epsilon;
  private final KvLayout kvLayout;
  private final Kernels kernels;
  private final Rope rope;

  private final Rows angles; // [rope]
  private final Rows query; // [heads, keyWidth]
  private final Rows keyValue; // a row of the cache: [kvHeads, keyWidth] | [kvHeads, valueWidth]
  private final Rows key;
  private final Rows value;
  private final Rows mixed; // [heads, valueWidth]

  GroupedAttention(
      Shape shape, List<Weights> layers, Rope rope, float epsilon, Backend backend, int tokensMax) {
    this.shape = shape;
    this.layers = List.copyOf(layers);
    this.epsilon = epsilon;
    this.kvLayout =
        KvLayout.grouped(layers.size(), shape.kvHeads(), shape.keyWidth(), shape.valueWidth());
    this.kernels = backend.kernels();
    this.rope = rope;
    int keys = shape.kvHeads() * shape.keyWidth();
    angles = Rows.allocate(backend, tokensMax, shape.rope());
    query = Rows.allocate(backend, tokensMax, shape.heads() * shape.keyWidth());
    keyValue = Rows.allocate(backend, tokensMax, kvLayout.width());
    key = keyValue.columns(0, keys);
    value = keyValue.columns(keys, kvLayout.width() - keys);
    mixed = Rows.allocate(backend, tokensMax, shape.heads() * shape.valueWidth());
  }

  @Override
  public KvLayout kvLayout() {
    return kvLayout;
  }

  @Override
  public void begin(Batch batch) {
    rope.angles(batch, angles);
  }

  @Override
  public void attend(int layer, Batch batch, Rows x, Rows out) {
    Weights w = layers.get(layer);
    int n = batch.size();
    project(w.query(), x, n, query);
    project(w.key(), x, n, key);
    project(w.value(), x, n, value);
    turn(query, shape.heads(), w.queryNorm(), n);
    turn(key, shape.kvHeads(), w.keyNorm(), n);
    for (int i = 0; i < batch.runCount(); i++) {
      Batch.Run run = batch.run(i);
      int from = run.from();
      int to = from + run.count();
      int position = run.position();
      kernels.store(keyValue.rows(from, to), run.count(), run.cache(), layer, position);
      kernels.attend(
          w.attention(),
          query.rows(from, to),
          run.count(),
          run.cache(),
          layer,
          position,
          mixed.rows(from, to));
    }
    project(w.output(), mixed, n, out);
  }

  private void project(Linear w, Rows x, int n, Rows out) {
    kernels.matmul(w.matrix(), x, n, out);
    Buffer bias = w.bias();
    if (bias != null) {
      kernels.addBias(out, bias, n);
    }
  }

  /// Normalises and rotates vectors in place.
  private void turn(Rows vectors, int heads, @Nullable Buffer norm, int n) {
    if (norm != null) {
      kernels.rmsNormHeads(vectors, heads, norm, epsilon, n);
    }
    int step = shape.keyWidth();
    kernels.rope(shape.style(), vectors, step, heads, angles, n, vectors, step);
  }
}
