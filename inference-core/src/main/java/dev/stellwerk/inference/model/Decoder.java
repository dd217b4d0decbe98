package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.Matrix;
import dev.stellwerk.inference.backend.Rows;
import java.util.List;

/// The forward pass that all families share: layers of attention and feed-forward, each on a
/// normalised copy of the residual stream and added to it.
final class Decoder implements Model {
  /// @param embedding [vocabulary, hidden]
  /// @param head [vocabulary, hidden]; the embedding itself where the file ties them
  record Weights(Matrix embedding, List<Layer> layers, Buffer norm, Matrix head) {
    Weights {
      layers = List.copyOf(layers);
    }
  }

  /// A layer without its attention, which is the family's.
  record Layer(Buffer attentionNorm, Buffer feedForwardNorm, FeedForward feedForward) {}

  private final ModelSpec spec;
  private final Weights weights;
  private final AttentionBlock attention;
  private final FeedForwardBlock feedForward;
  private final Kernels kernels;
  private final Rows x; // the residual stream, [hidden]
  private final Rows normed; // [hidden]
  private final Rows delta; // what a block adds to x, [hidden]

  Decoder(
      ModelSpec spec, Weights weights, AttentionBlock attention, Backend backend, int tokensMax) {
    this.spec = spec;
    this.weights = weights;
    this.attention = attention;
    this.feedForward =
        new FeedForwardBlock(
            weights.layers().stream().map(Layer::feedForward).toList(),
            backend,
            spec.hidden(),
            tokensMax);
    this.kernels = backend.kernels();
    this.x = Rows.allocate(backend, tokensMax, spec.hidden());
    this.normed = Rows.allocate(backend, tokensMax, spec.hidden());
    this.delta = Rows.allocate(backend, tokensMax, spec.hidden());
  }

  @Override
  public ModelSpec spec() {
    return spec;
  }

  @Override
  public KvLayout kvLayout() {
    return attention.kvLayout();
  }

  @Override
  public void forward(Batch batch, Rows logits) {
    int n = batch.size();
    attention.begin(batch);
    kernels.embed(weights.embedding(), batch.tokens(), n, x);
    for (int i = 0; i < spec.layers(); i++) {
      Layer layer = weights.layers().get(i);
      kernels.rmsNorm(x, layer.attentionNorm(), spec.epsilon(), n, normed);
      attention.attend(i, batch, normed, delta);
      kernels.add(x, delta, n);
      kernels.rmsNorm(x, layer.feedForwardNorm(), spec.epsilon(), n, normed);
      feedForward.apply(layer.feedForward(), normed, n, delta);
      kernels.add(x, delta, n);
    }
    kernels.gather(x, batch.logitRows(), batch.logitCount(), normed);
    kernels.rmsNorm(normed, weights.norm(), spec.epsilon(), batch.logitCount(), normed);
    kernels.matmul(weights.head(), normed, batch.logitCount(), logits);
  }
}
