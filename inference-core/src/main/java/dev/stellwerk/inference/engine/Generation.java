package dev.stellwerk.inference.engine;

/// A stream of steps that ends in exactly one [Step.Finished]. An end token is delivered like any
/// other before it. Closing early cancels at the engine's next step, and waits for it: afterwards
/// the session is free again.
public interface Generation extends AutoCloseable {
  /// The next step; blocks until there is one.
  Step next() throws InterruptedException;

  @Override
  void close();
}
