package dev.stellwerk.inference.engine;

/// Told how far the loading of a model's weights is. Called by the loading thread, once a tensor:
/// keep it short.
@FunctionalInterface
public interface LoadProgress {
  /// For those who do not care.
  LoadProgress NONE = (bytesDone, bytesTotal) -> {};

  /// Another tensor is loaded.
  ///
  /// @param bytesDone bytes of the model file's tensors that are loaded, never falling
  /// @param bytesTotal bytes of all tensors of the file
  void loaded(long bytesDone, long bytesTotal);
}
