package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Buffer;
import dev.stellwerk.inference.backend.Kernels;
import dev.stellwerk.inference.backend.RouterKernel;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Selection;
import dev.stellwerk.inference.model.FeedForward.Dense;
import dev.stellwerk.inference.model.FeedForward.Routed;
import java.util.List;

/// Computes feed-forward blocks; all layers share its working memory.
final class FeedForwardBlock {
  private final Kernels kernels;
  private final RouterKernel router;
  private final Rows gate; // [widest dense inner]
  private final Rows up; // [widest dense inner]
  private final Rows scores; // [experts]
  private final Rows shared; // [hidden]
  private final Selection selection;

  FeedForwardBlock(List<FeedForward> layers, Backend backend, int hidden, int tokensMax) {
    this.kernels = backend.kernels();
    this.router = backend.router();
    int inner = 1;
    int experts = 1;
    int used = 1;
    for (FeedForward layer : layers) {
      switch (layer) {
        case Dense dense -> inner = Math.max(inner, dense.gate().rows());
        case Routed routed -> {
          experts = routed.routing().experts();
          used = routed.routing().used();
          Dense always = routed.shared();
          inner = always == null ? inner : Math.max(inner, always.gate().rows());
        }
      }
    }
    this.gate = Rows.allocate(backend, tokensMax, inner);
    this.up = Rows.allocate(backend, tokensMax, inner);
    this.scores = Rows.allocate(backend, tokensMax, experts);
    this.shared = Rows.allocate(backend, tokensMax, hidden);
    this.selection = Selection.allocate(backend, tokensMax, used);
  }

  /// out = block(x).
  void apply(FeedForward weights, Rows x, int n, Rows out) {
    switch (weights) {
      case Dense dense -> apply(dense, x, n, out);
      case Routed routed -> apply(routed, x, n, out);
    }
  }

  private void apply(Dense w, Rows x, int n, Rows out) {
    int inner = w.gate().rows();
    Rows g = gate.width() == inner ? gate : gate.columns(0, inner);
    Rows u = up.width() == inner ? up : up.columns(0, inner);
    kernels.matmul(w.gate(), x, n, g);
    kernels.matmul(w.up(), x, n, u);
    kernels.swiglu(g, u, n);
    kernels.matmul(w.down(), g, n, out);
  }

  /// Routed experts, and the shared one.
  private void apply(Routed w, Rows x, int n, Rows out) {
    kernels.matmul(w.router(), x, n, scores);
    Buffer bias = w.routerBias();
    if (bias != null) {
      kernels.addBias(scores, bias, n);
    }
    router.route(w.routing(), scores, w.selectionBias(), n, selection);
    kernels.experts(w.experts(), x, n, selection, out);
    Dense always = w.shared();
    if (always != null) {
      apply(always, x, n, shared);
      kernels.add(out, shared, n);
    }
  }
}
