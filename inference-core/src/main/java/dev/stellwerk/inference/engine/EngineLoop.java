package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.TokenMask;
import dev.stellwerk.inference.model.Batch;
import dev.stellwerk.inference.model.Model;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The one thread that owns the arithmetic: admit, schedule, forward, sample, publish.
///
/// What a sequence computes does not depend on its neighbours, on how its prompt is cut into
/// chunks, or on what of it was in the cache.
final class EngineLoop implements Runnable {
  private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());

  /// Forced tokens of one step; the rest wait for the next one.
  static final int FORCED_MAX = LocalGeneration.STEPS_ROOM / 2;

  private static final int WARM_UP_PASSES = 4;

  private final Model model;
  private final Backend backend;
  private final KvCache cache;
  private final Scheduler scheduler;
  private final QueueLimits limits;
  private final int contextLength;
  private final BitSet endTokens;
  private final int vocabulary;
  private final Batch batch;
  private final Rows logits; // [runningMax, vocabulary]
  private final Sampler sampler;
  private final TokenMask mask;
  private final BlockingQueue<LocalGeneration> admissions;
  private final AtomicInteger admitted = new AtomicInteger(); // and not finished
  private final Object monitor = new Object();
  private boolean awake; // guarded by monitor
  private volatile boolean stopped;
  private volatile int running; // for others to read
  private volatile long preemptions; // for others to read

  EngineLoop(
      Model model,
      Backend backend,
      KvCache cache,
      EngineConfig config,
      int contextLength,
      BitSet endTokens) {
    this.model = model;
    this.backend = backend;
    this.cache = cache;
    this.limits = config.queue();
    this.scheduler = new Scheduler(cache, limits.runningMax(), config.chunkTokensMax());
    this.contextLength = contextLength;
    this.endTokens = endTokens;
    this.vocabulary = model.spec().vocabulary();
    this.batch = new Batch(backend, config.chunkTokensMax(), limits.runningMax());
    this.logits = Rows.allocate(backend, limits.runningMax(), vocabulary);
    this.sampler = new Sampler(vocabulary);
    this.mask = new TokenMask(vocabulary);
    this.admissions = new ArrayBlockingQueue<>(limits.runningMax() + limits.waitingMax());
  }

  // ---- called by any thread ----

  /// Puts a request into the queue.
  ///
  /// @throws OverloadedException when it is full; the sequence is then as it was
  LocalGeneration submit(Request request, Sequence sequence) {
    int most = limits.runningMax() + limits.waitingMax();
    if (admitted.incrementAndGet() > most) {
      admitted.decrementAndGet();
      throw new OverloadedException(
          limits.runningMax()
              + " generations may run and "
              + limits.waitingMax()
              + " may wait; all places are taken",
          limits.retryAfterMillis());
    }
    LocalGeneration generation = new LocalGeneration(request, sequence, vocabulary, this::wake);
    if (stopped || !admissions.offer(generation)) {
      admitted.decrementAndGet();
      throw new IllegalStateException("the engine is closed");
    }
    wake();
    if (stopped) {
      cancelAdmissions(); // the loop may have looked at its queue for the last time
    }
    return generation;
  }

  int running() {
    return running;
  }

  int waiting() {
    return Math.max(0, admitted.get() - running);
  }

  long preemptions() {
    return preemptions;
  }

  void wake() {
    synchronized (monitor) {
      awake = true;
      monitor.notifyAll();
    }
  }

  /// Ends the loop after the current step.
  ///
  /// @return false when it was stopped before
  boolean stop() {
    synchronized (monitor) {
      boolean wasRunning = !stopped;
      stopped = true;
      awake = true;
      monitor.notifyAll();
      return wasRunning;
    }
  }

  boolean isStopped() {
    return stopped;
  }

  // ---- the engine's thread ----

  @Override
  public void run() {
    try {
      warmUp();
      while (!stopped) {
        if (!step()) {
          sleep();
        }
      }
    } finally {
      stopped = true;
      finishAll(scheduler.running(), FinishReason.CANCELLED);
      finishAll(scheduler.waiting(), FinishReason.CANCELLED);
      cancelAdmissions();
    }
  }

  /// Computes a few made-up tokens, together and then alone, before anybody waits for real ones.
  private void warmUp() {
    int tokens = Math.min(backend.warmUpTokens(), batch.tokensMax());
    if (tokens == 0) {
      return;
    }
    KvView view = new KvView(model.kvLayout());
    view.add(backend.allocate(model.kvLayout().blockBytes()));
    int passes = Math.min(WARM_UP_PASSES, KvLayout.POSITIONS - tokens + 1);
    for (int pass = 0; pass < passes && !stopped; pass++) {
      batch.clear();
      batch.begin(view, pass == 0 ? 0 : tokens + pass - 1);
      for (int i = 0; i < (pass == 0 ? tokens : 1); i++) {
        batch.add(i % vocabulary, pass > 0);
      }
      model.forward(batch, logits);
    }
  }

  /// One forward pass over what is to be done.
  ///
  /// @return whether there was anything
  private boolean step() {
    LocalGeneration added = admissions.poll();
    while (added != null) {
      scheduler.add(added);
      added = admissions.poll();
    }
    dropCancelled(scheduler.running());
    dropCancelled(scheduler.waiting());
    scheduler.admit();
    scheduler.plan(batch);
    running = scheduler.running().size();
    preemptions = scheduler.preemptions();
    if (scheduler.scheduled().isEmpty()) {
      return false;
    }
    try {
      model.forward(batch, logits);
    } catch (RuntimeException | InternalError e) {
      // Any failure of a kernel ends these generations, not the engine; the JVM's InternalError is
      // what comes of a model file that became shorter behind its mapping.
      LOG.log(System.Logger.Level.ERROR, "a forward pass failed", e);
      finishAll(scheduler.scheduled(), FinishReason.ERROR);
      return true;
    }
    publish();
    return true;
  }

  private void dropCancelled(List<LocalGeneration> generations) {
    for (int i = generations.size() - 1; i >= 0; i--) {
      if (generations.get(i).isCancelled()) {
        finish(generations.get(i), FinishReason.CANCELLED);
      }
    }
  }

  private void publish() {
    int row = 0;
    List<LocalGeneration> scheduled = scheduler.scheduled();
    for (int i = 0; i < scheduled.size(); i++) {
      LocalGeneration generation = scheduled.get(i);
      generation.computed(generation.planned());
      cache.seal(generation.sequence());
      generation.publishPrefilled();
      if (generation.sequence().pending() == 0) {
        FinishReason reason = advance(generation, logits.address(row++));
        if (reason != null) {
          finish(generation, reason);
        }
      }
    }
  }

  /// Appends what comes next: one sampled token unless the constraint forces some, then forced
  /// ones.
  ///
  /// @return why the generation ends here, or null when it goes on
  private @Nullable FinishReason advance(LocalGeneration generation, long row) {
    try {
      if (generation.request().constraint().forced().length == 0) {
        FinishReason reason = sample(generation, row);
        if (reason != null) {
          return reason;
        }
      }
      return appendForced(generation);
    } catch (RuntimeException e) { // a constraint that fails ends its own generation only
      LOG.log(System.Logger.Level.ERROR, "a constraint failed", e);
      return FinishReason.ERROR;
    }
  }

  private @Nullable FinishReason sample(LocalGeneration generation, long row) {
    Constraint constraint = generation.request().constraint();
    mask.clear();
    boolean masked = constraint.fill(mask);
    if (!sampler.sample(row, masked ? mask : null, generation.sampling())) {
      if (constraint.complete()) {
        return FinishReason.STOP;
      }
      LOG.log(System.Logger.Level.ERROR, "no token can follow: the constraint allows none");
      return FinishReason.ERROR;
    }
    constraint.accept(sampler.token());
    generation.publishSampled(sampler);
    return end(generation, sampler.token());
  }

  private @Nullable FinishReason appendForced(LocalGeneration generation) {
    Constraint constraint = generation.request().constraint();
    int[] forced = constraint.forced();
    for (int i = 0; i < Math.min(forced.length, FORCED_MAX); i++) {
      constraint.accept(forced[i]);
      generation.publishForced(forced[i]);
      FinishReason reason = end(generation, forced[i]);
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }

  /// Whether a generation ends with the token that was just appended.
  private @Nullable FinishReason end(LocalGeneration generation, int token) {
    if (endTokens.get(token)) {
      return FinishReason.STOP;
    }
    boolean full =
        generation.generated() == generation.request().maxTokens()
            || generation.sequence().size() == contextLength;
    return full ? FinishReason.LENGTH : null;
  }

  private void finish(LocalGeneration generation, FinishReason reason) {
    if (scheduler.remove(generation)) {
      cache.pin(generation.sequence());
    }
    end(generation, reason);
  }

  private void end(LocalGeneration generation, FinishReason reason) {
    admitted.decrementAndGet();
    generation.publishFinished(reason);
  }

  private void finishAll(List<LocalGeneration> generations, FinishReason reason) {
    for (LocalGeneration generation : List.copyOf(generations)) {
      finish(generation, reason);
    }
  }

  private void cancelAdmissions() {
    LocalGeneration generation = admissions.poll();
    while (generation != null) {
      end(generation, FinishReason.CANCELLED);
      generation = admissions.poll();
    }
  }

  /// Waits for something to do: a call of [#wake], or the end of a pin that keeps memory from those
  /// that wait for it.
  private void sleep() {
    boolean forMemory = !scheduler.waiting().isEmpty() || !scheduler.running().isEmpty();
    long nanos = forMemory ? cache.nextPinEndNanos() : -1;
    synchronized (monitor) {
      try {
        if (nanos >= 0 && !awake) {
          TimeUnit.NANOSECONDS.timedWait(monitor, Math.max(nanos, 1_000_000L));
        } else {
          while (!awake) {
            monitor.wait();
          }
        }
      } catch (InterruptedException e) {
        stopped = true; // nobody here interrupts this thread: the process wants it gone
      }
      awake = false;
    }
  }
}
