package dev.stellwerk.runtime.hub;

import java.time.Duration;

/// Attempts until one succeeds or too many in a row brought nothing, with growing pauses between
/// them.
final class Retries {
  /// Even a server that gives a little each time is left at last.
  private static final int ATTEMPTS_TOTAL_MAX = 1_000;

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final int DOUBLINGS_MAX = 5;

  /// One attempt.
  interface Attempt<T> {
    T make() throws TransientException, InterruptedException;
  }

  /// Waits; tests do not.
  interface Sleeper {
    void sleep(Duration pause) throws InterruptedException;
  }

  private final int attemptsMax;
  private final Sleeper sleeper;
  private final PullProgress progress;

  Retries(int attemptsMax, Sleeper sleeper, PullProgress progress) {
    this.attemptsMax = attemptsMax;
    this.sleeper = sleeper;
    this.progress = progress;
  }

  <T> T run(Attempt<T> attempt) throws InterruptedException {
    int barren = 0;
    int total = 0;
    while (true) {
      try {
        return attempt.make();
      } catch (TransientException e) {
        barren = e.progressed() ? 1 : barren + 1;
        total++;
        if (barren >= attemptsMax || total >= ATTEMPTS_TOTAL_MAX) {
          throw new HubException(
              e.getMessage()
                  + "; gave up after "
                  + (barren >= attemptsMax ? barren : total)
                  + " attempts, and the same command goes on from here",
              e);
        }
        Duration pause =
            e.after().orElse(FIRST.multipliedBy(1L << Math.min(barren - 1, DOUBLINGS_MAX)));
        progress.waiting(String.valueOf(e.getMessage()), pause);
        sleeper.sleep(pause);
      }
    }
  }
}
