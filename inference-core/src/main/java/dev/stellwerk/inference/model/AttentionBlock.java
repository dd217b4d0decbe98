package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.Rows;

/// A family's attention: projections, position, cache, and the way back to the hidden width.
interface AttentionBlock {
  /// What it keeps a position.
  KvLayout kvLayout();

  /// Prepares what all layers share, the angles of the batch's positions.
  void begin(Batch batch);

  /// Computes one layer and stores its part of the cache.
  ///
  /// @param x [n, hidden], normalised
  /// @param out [n, hidden]
  void attend(int layer, Batch batch, Rows x, Rows out);
}
