package dev.stellwerk.inference.backend;

import org.jspecify.annotations.Nullable;

/// The router's arithmetic alone, so that a device may do it while another backend does the rest.
public interface RouterKernel {
  /// Picks experts for each token.
  ///
  /// @param logits [n, experts]; may be overwritten
  /// @param bias f32, `[experts]`, added to the scores for the selection only
  /// @param out ids and weights [n, used]
  void route(Routing routing, Rows logits, @Nullable Buffer bias, int n, Selection out);
}
