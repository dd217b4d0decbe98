package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.model.Model;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/// An engine in this process: admits requests, and leaves the arithmetic to [EngineLoop].
final class LocalEngine implements Engine {
  private final Model model;
  private final Backend backend;
  private final KvBlocks blocks;
  private final EngineLoop loop;
  private final Thread thread;
  private final int contextLength;
  private final int sessionsMax;
  private final AtomicInteger sessions = new AtomicInteger();

  private LocalEngine(Model model, Backend backend, EngineConfig config, BitSet endTokens) {
    this.model = model;
    this.backend = backend;
    this.blocks = new KvBlocks(backend, model.kvLayout(), config.kvBytesMax());
    this.contextLength = (int) Math.min(model.spec().contextLength(), blocks.positionsMax());
    this.sessionsMax = config.sessionsMax();
    this.loop = new EngineLoop(model, backend, blocks, config, contextLength, endTokens);
    this.thread = Thread.ofPlatform().name("stellwerk-engine").daemon(true).unstarted(loop);
  }

  static LocalEngine start(Model model, Backend backend, EngineConfig config, BitSet endTokens) {
    LocalEngine engine = new LocalEngine(model, backend, config, endTokens);
    engine.thread.start();
    return engine;
  }

  @Override
  public Session open() {
    if (loop.isStopped()) {
      throw new IllegalStateException("the engine is closed");
    }
    if (sessions.incrementAndGet() > sessionsMax) {
      sessions.decrementAndGet();
      throw new OverloadedException(
          "all " + sessionsMax + " sessions are taken; try again when one is closed");
    }
    return new LocalSession(this, new Sequence(blocks.newView()));
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public NumericMode numericMode() {
    return backend.numericMode();
  }

  /// Checks everything that can be checked before any work, then hands the request to the loop.
  LocalGeneration submit(Request request, Sequence sequence) {
    // One more position: a generation appends at least one token.
    long wanted = (long) sequence.size() + request.suffix().size() + 1;
    if (wanted > contextLength) {
      throw new ContextExceededException((int) wanted, contextLength);
    }
    checkTokens(request.suffix());
    long most = Math.min(contextLength, wanted - 1 + request.maxTokens());
    blocks.grow(sequence.cache(), (int) most);
    LocalGeneration generation = new LocalGeneration(request, sequence, loop::wake);
    loop.submit(generation);
    return generation;
  }

  private void checkTokens(Tokens suffix) {
    int vocabulary = model.spec().vocabulary();
    for (int i = 0; i < suffix.size(); i++) {
      if (suffix.get(i) < 0 || suffix.get(i) >= vocabulary) {
        throw new IllegalArgumentException(
            "token " + suffix.get(i) + " is not in the vocabulary of " + vocabulary);
      }
    }
  }

  /// Takes back cache blocks that a sequence does not need.
  void release(Sequence sequence) {
    blocks.shrink(sequence.cache(), sequence.size());
  }

  /// A session was closed.
  void closed() {
    sessions.decrementAndGet();
  }

  /// Cancels what runs and frees the backend's memory. Sessions that are still open are void.
  @Override
  public void close() {
    if (!loop.stop()) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // memory must not be freed under the engine's thread
      }
    }
    backend.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
