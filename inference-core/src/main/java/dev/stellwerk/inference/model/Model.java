package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.Rows;

/// One architecture with its weights.
public interface Model {
  ModelSpec spec();

  /// What it keeps a position.
  KvLayout kvLayout();

  /// Computes the batch's tokens, stores their part of the KV cache, and writes the logits that the
  /// batch asked for. Called by one thread at a time.
  ///
  /// @param logits [batch.logitCount, vocabulary]
  void forward(Batch batch, Rows logits);
}
