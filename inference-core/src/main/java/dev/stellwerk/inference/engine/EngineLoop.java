package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.KvLayout;
import dev.stellwerk.inference.backend.KvView;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.TokenMask;
import dev.stellwerk.inference.model.Batch;
import dev.stellwerk.inference.model.Model;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// The one thread that owns the arithmetic: admit, schedule, forward, sample, publish.
///
/// Each step takes tokens of every running sequence, as many as the chunk has room for, starting
/// with another sequence each time. What a sequence computes does not depend on its neighbours.
final class EngineLoop implements Runnable {
  private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());

  /// Forced tokens of one step; the rest wait for the next one.
  private static final int FORCED_MAX = LocalGeneration.STEPS_ROOM / 2;

  private static final int WARM_UP_PASSES = 4;

  private final Model model;
  private final Backend backend;
  private final KvBlocks blocks;
  private final int contextLength;
  private final BitSet endTokens;
  private final int vocabulary;
  private final Batch batch;
  private final Rows logits; // [sessions, vocabulary]
  private final Sampler sampler = new Sampler();
  private final TokenMask mask;
  private final BlockingQueue<LocalGeneration> admissions; // a session has one generation at a time
  private final List<LocalGeneration> running = new ArrayList<>();
  private final List<LocalGeneration> scheduled = new ArrayList<>();
  private final int[] counts; // tokens of each scheduled generation in this pass
  private final Object monitor = new Object();
  private boolean awake; // guarded by monitor
  private volatile boolean stopped;
  private int first; // whose turn it is to be served first

  EngineLoop(
      Model model,
      Backend backend,
      KvBlocks blocks,
      EngineConfig config,
      int contextLength,
      BitSet endTokens) {
    this.model = model;
    this.backend = backend;
    this.blocks = blocks;
    this.counts = new int[config.sessionsMax()];
    this.contextLength = contextLength;
    this.endTokens = endTokens;
    this.vocabulary = model.spec().vocabulary();
    this.batch = new Batch(backend, config.chunkTokensMax(), config.sessionsMax());
    this.logits = Rows.allocate(backend, config.sessionsMax(), vocabulary);
    this.mask = new TokenMask(vocabulary);
    this.admissions = new ArrayBlockingQueue<>(config.sessionsMax());
  }

  // ---- called by any thread ----

  void submit(LocalGeneration generation) {
    if (stopped || !admissions.offer(generation)) {
      throw new IllegalStateException("the engine is closed");
    }
    wake();
    if (stopped) {
      cancelAdmissions(); // the loop may have looked at its queue for the last time
    }
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
      finishAll(running, FinishReason.CANCELLED);
      cancelAdmissions();
    }
  }

  /// Computes a few made-up tokens, together and then alone, before anybody waits for real ones.
  private void warmUp() {
    int tokens = Math.min(backend.warmUpTokens(), batch.tokensMax());
    if (tokens == 0) {
      return;
    }
    KvView cache = new KvView(model.kvLayout());
    cache.add(backend.allocate(model.kvLayout().blockBytes()));
    int passes = Math.min(WARM_UP_PASSES, KvLayout.POSITIONS - tokens + 1);
    for (int pass = 0; pass < passes && !stopped; pass++) {
      batch.clear();
      batch.begin(cache, pass == 0 ? 0 : tokens + pass - 1);
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
    admissions.drainTo(running);
    dropCancelled();
    schedule();
    if (scheduled.isEmpty()) {
      return false;
    }
    try {
      model.forward(batch, logits);
    } catch (RuntimeException e) { // any failure of a kernel ends these generations, not the engine
      LOG.log(System.Logger.Level.ERROR, "a forward pass failed", e);
      finishAll(scheduled, FinishReason.ERROR);
      return true;
    }
    publish();
    return true;
  }

  private void dropCancelled() {
    for (int i = running.size() - 1; i >= 0; i--) {
      if (running.get(i).isCancelled()) {
        finish(running.get(i), FinishReason.CANCELLED);
      }
    }
  }

  private void schedule() {
    batch.clear();
    scheduled.clear();
    int count = running.size();
    for (int i = 0; i < count && batch.size() < batch.tokensMax(); i++) {
      LocalGeneration generation = running.get((first + i) % count);
      if (generation.canPublish()) {
        // A long prompt leaves one token of the chunk to each sequence after it.
        int room = Math.max(1, batch.tokensMax() - batch.size() - (count - 1 - i));
        counts[scheduled.size()] = add(generation.sequence(), room);
        scheduled.add(generation);
      }
    }
    first = count == 0 ? 0 : (first + 1) % count;
  }

  private int add(Sequence sequence, int room) {
    int count = Math.min(sequence.pending(), room);
    int last = sequence.size() - 1;
    batch.begin(sequence.cache(), sequence.cached());
    for (int i = sequence.cached(); i < sequence.cached() + count; i++) {
      batch.add(sequence.token(i), i == last);
    }
    return count;
  }

  private void publish() {
    int row = 0;
    for (int i = 0; i < scheduled.size(); i++) {
      LocalGeneration generation = scheduled.get(i);
      generation.sequence().advance(counts[i]);
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
    Sampling sampling = generation.request().sampling();
    if (!sampler.sample(row, vocabulary, masked ? mask : null, sampling, generation.random())) {
      if (constraint.complete()) {
        return FinishReason.STOP;
      }
      LOG.log(System.Logger.Level.ERROR, "no token can follow: the constraint allows none");
      return FinishReason.ERROR;
    }
    int token = sampler.token();
    constraint.accept(token);
    generation.publishToken(token, false, sampler.logprob(), sampler.maskedProbability());
    return end(generation, token);
  }

  private @Nullable FinishReason appendForced(LocalGeneration generation) {
    Constraint constraint = generation.request().constraint();
    int[] forced = constraint.forced();
    for (int i = 0; i < Math.min(forced.length, FORCED_MAX); i++) {
      constraint.accept(forced[i]);
      generation.publishToken(forced[i], true, 0f, 1f);
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
    running.remove(generation);
    blocks.shrink(generation.sequence().cache(), generation.sequence().size());
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
      blocks.shrink(generation.sequence().cache(), generation.sequence().size());
      generation.publishFinished(FinishReason.CANCELLED);
      generation = admissions.poll();
    }
  }

  private void sleep() {
    synchronized (monitor) {
      while (!awake) {
        try {
          monitor.wait();
        } catch (InterruptedException e) {
          stopped = true; // nobody here interrupts this thread: the process wants it gone
          return;
        }
      }
      awake = false;
    }
  }
}
