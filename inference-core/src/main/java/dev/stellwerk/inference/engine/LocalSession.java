package dev.stellwerk.inference.engine;

import org.jspecify.annotations.Nullable;

/// A session of [LocalEngine]. Its tokens are those of all requests and generations so far; the
/// last generated token enters the KV cache with the next request.
final class LocalSession implements Session {
  private final LocalEngine engine;
  private final Sequence sequence;
  private @Nullable LocalGeneration current;
  private boolean closed;

  LocalSession(LocalEngine engine, Sequence sequence) {
    this.engine = engine;
    this.sequence = sequence;
  }

  @Override
  public Generation submit(Request request) {
    checkIdle();
    LocalGeneration generation = engine.submit(request, sequence);
    current = generation;
    return generation;
  }

  @Override
  public int position() {
    checkIdle();
    return sequence.size();
  }

  @Override
  public void truncate(int position) {
    checkPosition(position);
    engine.cache().truncate(sequence, position);
  }

  @Override
  public Session fork(int position) {
    checkPosition(position);
    return engine.open(sequence, position);
  }

  @Override
  public void unpin() {
    checkIdle();
    engine.cache().unpin(sequence);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (current != null) {
      current.close();
    }
    engine.cache().unpin(sequence);
    engine.closed();
  }

  private void checkPosition(int position) {
    checkIdle();
    if (position < 0 || position > sequence.size()) {
      throw new IllegalArgumentException("position " + position + " of " + sequence.size());
    }
  }

  private void checkIdle() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
    if (current != null && !current.isDone()) {
      throw new IllegalStateException("a generation of this session is still open");
    }
  }
}
