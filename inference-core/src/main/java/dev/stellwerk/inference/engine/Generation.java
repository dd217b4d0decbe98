package dev.stellwerk.inference.engine;

/// A stream of steps that ends in exactly one [Step.Finished]. Closing it early cancels at the
/// engine's next step.
public interface Generation extends AutoCloseable {
  /// The next step; blocks until there is one.
  Step next() throws InterruptedException;

  @Override
  void close();
}
