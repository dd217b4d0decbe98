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
  private final SplitMix64 random;
  private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(STEPS_MAX);
  private final CountDownLatch done = new CountDownLatch(1);
  private final int promptStart; // where the suffix starts in the sequence
  private volatile boolean cancelled;
  private volatile boolean stalled;
  private boolean ended; // the reader's side: Finished was delivered

  private final long startNanos = System.nanoTime();
  private long prefilledNanos;
  private int generated;
  private int forced;

  /// @param wake tells the engine that there is something to do
  LocalGeneration(Request request, Sequence sequence, Runnable wake) {
    this.request = request;
    this.sequence = sequence;
    this.wake = wake;
    this.random = new SplitMix64(request.sampling().seed());
    this.promptStart = sequence.size();
    sequence.append(request.suffix());
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

  SplitMix64 random() {
    return random;
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

  /// Reports progress after a forward pass over the prompt.
  void publishPrefilled() {
    if (prefilledNanos != 0) {
      return;
    }
    int total = request.suffix().size();
    int done = Math.max(0, sequence.cached() - promptStart);
    if (done == total) {
      prefilledNanos = System.nanoTime();
    }
    publish(new Step.Prefilled(done, total));
  }

  /// Appends a token that the constraint has accepted.
  void publishToken(int token, boolean isForced, float logprob, float maskedProbability) {
    sequence.append(token);
    generated++;
    if (isForced) {
      forced++;
    }
    publish(new Step.Token(token, isForced, logprob, maskedProbability));
  }

  /// The last step. Lets go of the sequence first, so that whoever has read this step may use it.
  void publishFinished(FinishReason reason) {
    long now = System.nanoTime();
    long prefilled = prefilledNanos == 0 ? now : prefilledNanos;
    done.countDown();
    publish(
        new Step.Finished(
            reason,
            new Usage(
                request.suffix().size(),
                generated,
                forced,
                prefilled - startNanos,
                now - prefilled)));
  }

  private void publish(Step step) {
    if (!steps.offer(step)) {
      throw new IllegalStateException("published without room");
    }
  }
}
