package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.RouterKernel;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.Deepseek2Weights.Attention;
import dev.stellwerk.inference.model.Deepseek2Weights.Dense;
import dev.stellwerk.inference.model.Deepseek2Weights.Experts;
import dev.stellwerk.inference.model.Deepseek2Weights.Layer;
import dev.stellwerk.inference.model.Deepseek2Weights.QueryBottleneck;

/// DeepSeek V2 and V3, Kimi K2: multi-head latent attention (MLA) and routed experts.
///
/// Attention runs in absorbed form: the key expansion is applied to the query, the value expansion
/// to the result, so that the cache holds one latent row a position and all heads read the same
/// row.
///
/// Sources: DeepSeek-V2 (arXiv 2405.04434) section 2.1, DeepSeek-V3 (arXiv 2412.19437) section
/// 2.1.2. The numpy reference under `src/test/parity` is the specification of the arithmetic.
final class Deepseek2 implements Model {
  static final String ARCHITECTURE = "deepseek2";

  private final ModelSpec spec;
  private final Deepseek2Weights weights;
  private final Kernels kernels;
  private final RouterKernel router;
  private final KvLayout kvLayout;
  private final Rope rope;
  private final Activations a;

  private Deepseek2(ModelSpec spec, Deepseek2Weights weights, Backend backend, int tokensMax) {
    this.spec = spec;
    this.weights = weights;
    this.kernels = backend.kernels();
    this.router = backend.router();
    this.kvLayout = new KvLayout(spec.layers(), spec.cacheWidth());
    this.rope = new Rope(spec.ropeSpec(), spec.rope());
    this.a = new Activations(spec, backend, tokensMax);
  }

  static Deepseek2 load(Gguf gguf, Backend backend, int tokensMax) {
    ModelSpec spec = Deepseek2Spec.read(gguf);
    return new Deepseek2(spec, Deepseek2Weights.load(gguf, backend, spec), backend, tokensMax);
  }

  @Override
  public ModelSpec spec() {
    return spec;
  }

  @Override
  public KvLayout kvLayout() {
    return kvLayout;
  }

  @Override
  public void forward(Batch batch, Rows logits) {
    int n = batch.size();
    rope.angles(batch, a.angles);
    kernels.embed(weights.embedding(), batch.tokens(), n, a.x);
    for (int i = 0; i < spec.layers(); i++) {
      Layer layer = weights.layers().get(i);
      kernels.rmsNorm(a.x, layer.attention().norm(), spec.epsilon(), n, a.normed);
      attend(layer.attention(), i, batch);
      kernels.add(a.x, a.delta, n);
      kernels.rmsNorm(a.x, layer.feedForwardNorm(), spec.epsilon(), n, a.normed);
      switch (layer.feedForward()) {
        case Dense dense -> feedForward(dense, a.denseGate, a.denseUp, n, a.delta);
        case Experts experts -> route(experts, n);
      }
      kernels.add(a.x, a.delta, n);
    }
    kernels.gather(a.x, batch.logitRows(), batch.logitCount(), a.normed);
    kernels.rmsNorm(a.normed, weights.norm(), spec.epsilon(), batch.logitCount(), a.normed);
    kernels.matmul(weights.head(), a.normed, batch.logitCount(), logits);
  }

  /// delta = attention(normed).
  private void attend(Attention w, int layer, Batch batch) {
    int n = batch.size();
    int heads = spec.heads();
    int queryStep = spec.nope() + spec.rope();
    QueryBottleneck bottleneck = w.bottleneck();
    if (bottleneck == null) {
      kernels.matmul(w.query(), a.normed, n, a.query);
    } else {
      kernels.matmul(bottleneck.down(), a.normed, n, a.queryLora);
      kernels.rmsNorm(a.queryLora, bottleneck.norm(), spec.epsilon(), n, a.queryLora);
      kernels.matmul(w.query(), a.queryLora, n, a.query);
    }
    kernels.matmul(w.latent(), a.normed, n, a.latent);
    kernels.rmsNorm(a.latentKv, w.latentNorm(), spec.epsilon(), n, a.latentKv);
    kernels.rope(a.latentRope, 0, 1, a.angles, n, a.latentRope, 0);

    // Each head's query becomes [kvLora + rope] wide, as the cached rows are.
    int step = spec.cacheWidth();
    kernels.matmulHeads(w.keyUp(), a.query, queryStep, n, a.absorbed, step);
    kernels.rope(a.queryRope, queryStep, heads, a.angles, n, a.absorbedRope, step);
    for (int i = 0; i < batch.runCount(); i++) {
      Batch.Run run = batch.run(i);
      int to = run.from() + run.count();
      kernels.store(a.latent.rows(run.from(), to), run.count(), run.cache(), layer, run.position());
      kernels.attend(
          a.absorbed.rows(run.from(), to),
          heads,
          run.count(),
          run.cache(),
          layer,
          run.position(),
          spec.scoreScale(),
          a.mixed.rows(run.from(), to));
    }
    kernels.matmulHeads(w.valueUp(), a.mixed, spec.kvLora(), n, a.value, spec.value());
    kernels.matmul(w.output(), a.value, n, a.delta);
  }

  /// out = down(silu(gate(normed)) * up(normed)).
  private void feedForward(Dense w, Rows gate, Rows up, int n, Rows out) {
    kernels.matmul(w.gate(), a.normed, n, gate);
    kernels.matmul(w.up(), a.normed, n, up);
    kernels.swiglu(gate, up, n);
    kernels.matmul(w.down(), gate, n, out);
  }

  /// delta = routed experts + shared expert.
  private void route(Experts w, int n) {
    kernels.matmul(w.router(), a.normed, n, a.scores);
    router.route(spec.routing(), a.scores, w.bias(), n, a.selection);
    kernels.experts(w.gate(), w.up(), w.down(), a.normed, n, a.selection, a.delta);
    Dense shared = w.shared();
    if (shared != null) {
      feedForward(shared, a.sharedGate, a.sharedUp, n, a.shared);
      kernels.add(a.delta, a.shared, n);
    }
  }
}
