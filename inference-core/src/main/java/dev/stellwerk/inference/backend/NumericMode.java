package dev.stellwerk.inference.backend;

/// Which arithmetic a run is computed with. It belongs into every record of a run: the same seed
/// gives the same tokens only in the same mode.
public enum NumericMode {
  /// One arithmetic for prefill and decode: the same bits whatever the batch, the chunking, the
  /// cache hits, the number of threads and the backend's kernels.
  EXACT,
  /// Prefill may take other, faster kernels, which round in other places.
  FAST
}
