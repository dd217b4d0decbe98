package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.NumericMode;
import dev.stellwerk.inference.model.Model;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/// An engine in this process: checks requests, and leaves the arithmetic to [EngineLoop].
final class LocalEngine implements Engine {
  private final Model model;
  private final Backend backend;
  private final EngineConfig config;
  private final KvCache cache;
  private final EngineLoop loop;
  private final Thread thread;
  private final int contextLength;
  private final AtomicInteger sessions = new AtomicInteger();

  private LocalEngine(Model model, Backend backend, EngineConfig config, BitSet endTokens) {
    this.model = model;
    this.backend = backend;
    this.config = config;
    this.cache =
        new KvCache(
            backend,
            model.kvLayout(),
            config.kvBytesMax(),
            config.queue().pinMillisMax(),
            System::nanoTime);
    this.contextLength = (int) Math.min(model.spec().contextLength(), cache.positionsMax());
    this.loop = new EngineLoop(model, backend, cache, config, contextLength, endTokens);
    this.thread = Thread.ofPlatform().name("stellwerk-engine").daemon(true).unstarted(loop);
  }

  static LocalEngine start(Model model, Backend backend, EngineConfig config, BitSet endTokens) {
    LocalEngine engine = new LocalEngine(model, backend, config, endTokens);
    engine.thread.start();
    return engine;
  }

  @Override
  public Session open() {
    return open(cache.newSequence(), 0);
  }

  /// A session that starts with the first tokens of another one's.
  Session open(Sequence other, int count) {
    if (loop.isStopped()) {
      throw new IllegalStateException("the engine is closed");
    }
    if (sessions.incrementAndGet() > config.sessionsMax()) {
      sessions.decrementAndGet();
      throw new OverloadedException(
          "all " + config.sessionsMax() + " sessions are taken; try again when one is closed",
          config.queue().retryAfterMillis());
    }
    Sequence sequence = cache.newSequence();
    sequence.append(other, count);
    return new LocalSession(this, sequence);
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public NumericMode numericMode() {
    return backend.numericMode();
  }

  @Override
  public EngineStatus status() {
    return new EngineStatus(
        sessions.get(), loop.running(), loop.waiting(), loop.preemptions(), cache.status());
  }

  /// Checks everything that can be checked before any work, then hands the request to the loop.
  LocalGeneration submit(Request request, Sequence sequence) {
    // One more position: a generation appends at least one token.
    long wanted = (long) sequence.size() + request.suffix().size() + 1;
    if (wanted > model.spec().contextLength()) {
      throw new ContextExceededException((int) wanted, model.spec().contextLength());
    }
    if (wanted > contextLength) {
      throw ContextExceededException.ofMemory(
          (int) wanted, cache.positionsMax(), config.kvBytesMax());
    }
    request.suffix().check(model.spec().vocabulary());
    return loop.submit(request, sequence);
  }

  KvCache cache() {
    return cache;
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
