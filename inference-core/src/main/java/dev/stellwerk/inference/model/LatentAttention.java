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

/// Multi-head latent attention (MLA) in absorbed form: the key expansion is applied to the query,
/// the value expansion to the result, so that the cache holds one latent row a position and all
/// heads read the same row.
///
/// Sources: DeepSeek-V2 (arXiv 2405.04434) section 2.1, DeepSeek-V3 (arXiv 2412.19437) section
/// 2.1.1.
final class LatentAttention implements AttentionBlock {
  /// @param queryLora rank of the query bottleneck; 0 without one, as in the "lite" models
  /// @param kvLora rank of the key-value bottleneck, the normalised part of a cached position
  /// @param nope width of a head's query and key without rotary position
  /// @param rope width of a head's query and key with it
  /// @param value width of a head's value
  record Shape(int heads, int queryLora, int kvLora, int nope, int rope, int value) {
    /// What the cache holds a position and layer: the latent and the rotated part.
    int cacheWidth() {
      return kvLora + rope;
    }

    int queryWidth() {
      return heads * (nope + rope);
    }
  }

  /// One layer's weights, with the key and value expansions to be absorbed.
  ///
  /// @param query [heads * (nope + rope), hidden or the query bottleneck's width]
  /// @param latent [kvLora + rope, hidden]
  /// @param keyUp [heads, kvLora, nope]
  /// @param valueUp [heads, value, kvLora]
  /// @param output [hidden, heads * value]
  record Weights(
      @Nullable QueryBottleneck bottleneck,
      Matrix query,
      Matrix latent,
      Buffer latentNorm,
      Matrix keyUp,
      Matrix valueUp,
      Matrix output) {}

  /// @param down [queryLora, hidden]
  record QueryBottleneck(Matrix down, Buffer norm) {}

  private final Shape shape;
  private final List<Weights> layers;
  private final float epsilon;
  private final Attention attention;
  private final KvLayout kvLayout;
  private final Kernels kernels;
  private final Rope rope;

  private final Rows angles; // [rope]
  private final Rows queryLora; // [query bottleneck]
  private final Rows query; // [heads, nope + rope]
  private final Rows queryRope; // query from the first head's rope part on
  private final Rows latent; // [kvLora + rope]
  private final Rows latentKv; // [kvLora]
  private final Rows latentRope; // [rope]
  private final Rows absorbed; // [heads, kvLora + rope]
  private final Rows absorbedRope; // absorbed from the first head's rope part on
  private final Rows mixed; // [heads, kvLora]
  private final Rows value; // [heads, value]

  LatentAttention(
      Shape shape,
      List<Weights> layers,
      RopeSpec ropeSpec,
      float epsilon,
      Backend backend,
      int tokensMax) {
    this.shape = shape;
    this.layers = List.copyOf(layers);
    this.epsilon = epsilon;
    double mscale = ropeSpec.scoreMagnitude();
    double scale = mscale * mscale / Math.sqrt(shape.nope() + shape.rope());
    this.attention = Attention.full(shape.heads(), (float) scale);
    this.kvLayout = KvLayout.latent(layers.size(), shape.cacheWidth(), shape.kvLora());
    this.kernels = backend.kernels();
    this.rope = new Rope(ropeSpec, shape.rope(), null);

    angles = Rows.allocate(backend, tokensMax, shape.rope());
    queryLora = Rows.allocate(backend, tokensMax, Math.max(1, shape.queryLora()));
    query = Rows.allocate(backend, tokensMax, shape.queryWidth());
    queryRope = query.columns(shape.nope(), query.width() - shape.nope());
    latent = Rows.allocate(backend, tokensMax, shape.cacheWidth());
    latentKv = latent.columns(0, shape.kvLora());
    latentRope = latent.columns(shape.kvLora(), shape.rope());
    absorbed = Rows.allocate(backend, tokensMax, shape.heads() * shape.cacheWidth());
    absorbedRope = absorbed.columns(shape.kvLora(), absorbed.width() - shape.kvLora());
    mixed = Rows.allocate(backend, tokensMax, shape.heads() * shape.kvLora());
    value = Rows.allocate(backend, tokensMax, shape.heads() * shape.value());
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
    int heads = shape.heads();
    int queryStep = shape.nope() + shape.rope();
    query(w, x, n);
    kernels.matmul(w.latent(), x, n, latent);
    kernels.rmsNorm(latentKv, w.latentNorm(), epsilon, n, latentKv);
    kernels.rope(RopeStyle.ADJACENT, latentRope, 0, 1, angles, n, latentRope, 0);

    // Each head's query becomes [kvLora + rope] wide, as the cached rows are.
    int step = shape.cacheWidth();
    kernels.matmulHeads(w.keyUp(), query, queryStep, n, absorbed, step);
    kernels.rope(RopeStyle.ADJACENT, queryRope, queryStep, heads, angles, n, absorbedRope, step);
    for (int i = 0; i < batch.runCount(); i++) {
      Batch.Run run = batch.run(i);
      int from = run.from();
      int to = from + run.count();
      int position = run.position();
      kernels.store(latent.rows(from, to), run.count(), run.cache(), layer, position);
      kernels.attend(
          attention,
          absorbed.rows(from, to),
          run.count(),
          run.cache(),
          layer,
          position,
          mixed.rows(from, to));
    }
    kernels.matmulHeads(w.valueUp(), mixed, shape.kvLora(), n, value, shape.value());
    kernels.matmul(w.output(), value, n, out);
  }

  private void query(Weights w, Rows x, int n) {
    QueryBottleneck bottleneck = w.bottleneck();
    if (bottleneck == null) {
      kernels.matmul(w.query(), x, n, query);
    } else {
      kernels.matmul(bottleneck.down(), x, n, queryLora);
      kernels.rmsNorm(queryLora, bottleneck.norm(), epsilon, n, queryLora);
      kernels.matmul(w.query(), queryLora, n, query);
    }
  }
}
