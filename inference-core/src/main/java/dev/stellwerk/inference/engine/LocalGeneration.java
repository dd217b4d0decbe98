package dev.stellwerk.inference.engine;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;

/// One request on its way through the engine.
///
/// The reader takes steps from a bounded queue. A reader that stops reading stops its own sequence
/// only: the engine passes over it until there is room again.
final class LocalGeneration implements Generation {
  private static final int STEPS_MAX = 256;

  /// One engine step publishes at most this many: progress, tokens, and the end.
  static final int STEPS_ROOM = 64;

  private final Request request;
  private final Sequence sequence;
  private final Runnable wake;
  private final SamplingState sampling;
  private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(STEPS_MAX);
  private final CountDownLatch done = new CountDownLatch(1);
  private final int context; // tokens before the first generated one
  private volatile boolean cancelled;
  private volatile boolean stalled;
  private boolean ended; // the reader's side: Finished was delivered

  // The engine's side.
  private final long submitNanos = System.nanoTime();
  private long startNanos;
  private long prefilledNanos;
  private int cachedAtStart;
  private int reached; // positions that were in the cache at some time, from the first on
  private int cachedTokens;
  private int prefilledTokens;
  private int recomputedTokens;
  private int generated;
  private int forced;
  private long number; // rises with age
  private int planned; // tokens in the forward pass that is being put together

  /// @param wake tells the engine that there is something to do
  LocalGeneration(Request request, Sequence sequence, int vocabulary, Runnable wake) {
    this.request = request;
    this.sequence = sequence;
    this.wake = wake;
    sequence.append(request.suffix());
    this.context = sequence.size();
    this.sampling = new SamplingState(request.sampling(), vocabulary, sequence);
  }

  @Override
  public Step next() throws InterruptedException {
    if (ended) {
      throw new IllegalStateException("the generation has ended");
    }
    Step step = steps.take();
    ended = step instanceof Step.Finished;
    if (stalled && hasRoom()) {
      stalled = false;
      wake.run();
    }
    return step;
  }

  @Override
  public void close() {
    if (done.getCount() == 0) {
      return;
    }
    cancelled = true;
    wake.run();
    awaitDone();
  }

  /// Waits for the engine to let go of the sequence: at most one step. An interrupt is kept for the
  /// caller, who could do nothing with a session that is still in use.
  private void awaitDone() {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isDone() {
    return done.getCount() == 0;
  }

  // ---- the engine's side ----

  Request request() {
    return request;
  }

  Sequence sequence() {
    return sequence;
  }

  SamplingState sampling() {
    return sampling;
  }

  long number() {
    return number;
  }

  void setNumber(long value) {
    number = value;
  }

  int planned() {
    return planned;
  }

  void plan(int tokens) {
    planned = tokens;
  }

  /// Notes that its sequence has memory, for the first time or again.
  void started() {
    if (startNanos == 0) {
      startNanos = System.nanoTime();
      cachedAtStart = sequence.cached();
    }
    attached();
  }

  /// Notes that positions were found in the cache.
  void attached() {
    int now = sequence.cached();
    cachedTokens += Math.max(0, now - reached);
    reached = Math.max(reached, now);
  }

  /// Notes that a forward pass has computed so many positions.
  void computed(int count) {
    int from = sequence.cached();
    sequence.advance(count);
    int now = from + count;
    recomputedTokens += Math.max(0, Math.min(reached, now) - from);
    prefilledTokens += Math.max(0, Math.min(context, now) - Math.max(reached, from));
    reached = Math.max(reached, now);
  }

  boolean isCancelled() {
    return cancelled;
  }

  /// Whether another engine step may be published. Marks the generation as stalled if not.
  boolean canPublish() {
    if (hasRoom()) {
      return true;
    }
    stalled = true;
    return hasRoom(); // the reader may have taken a step in between
  }

  private boolean hasRoom() {
    return steps.remainingCapacity() >= STEPS_ROOM;
  }

  int generated() {
    return generated;
  }

  /// Reports progress after a forward pass over the context.
  void publishPrefilled() {
    if (prefilledNanos != 0) {
      return;
    }
    if (reached >= context) {
      prefilledNanos = System.nanoTime();
    }
    publish(new Step.Prefilled(reached - cachedAtStart, context - cachedAtStart));
  }

  /// Appends a token that the constraint has accepted and the sampler chose.
  void publishSampled(Sampler sampler) {
    append(sampler.token());
    publish(
        new Step.Token(
            sampler.token(), false, sampler.logprob(), sampler.maskedProbability(), sampler.top()));
  }

  /// Appends a token that the constraint has accepted and forced.
  void publishForced(int token) {
    append(token);
    forced++;
    publish(new Step.Token(token, true, 0f, 1f));
  }

  private void append(int token) {
    sequence.append(token);
    sampling.accept(token);
    generated++;
  }

  /// The last step. Lets go of the sequence first, so that whoever has read this step may use it.
  void publishFinished(FinishReason reason) {
    long now = System.nanoTime();
    long started = startNanos == 0 ? now : startNanos;
    long prefilled = prefilledNanos == 0 ? now : prefilledNanos;
    Usage usage =
        new Usage(
            request.suffix().size(),
            cachedTokens,
            prefilledTokens,
            recomputedTokens,
            generated,
            forced,
            started - submitNanos,
            prefilled - started,
            now - prefilled);
    done.countDown();
    publish(new Step.Finished(reason, usage));
  }

  private void publish(Step step) {
    if (!steps.offer(step)) {
      throw new IllegalStateException("published without room");
    }
  }
}
