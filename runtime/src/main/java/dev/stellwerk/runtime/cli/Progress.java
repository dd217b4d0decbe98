package dev.stellwerk.runtime.cli;

import dev.stellwerk.inference.engine.LoadProgress;

/// One line on standard error that says what takes so long, if a person is there to read it and it
/// takes longer than a second.
final class Progress implements AutoCloseable {
  static final String LOADING = "loading the model";

  private static final long QUIET_NANOS = 1_000_000_000L;
  private static final long TICK_MILLIS = 250;

  private final Terminal terminal;
  private String what = "";
  private long since;
  private boolean shown;
  private boolean closed;

  Progress(Terminal terminal) {
    this.terminal = terminal;
    if (terminal.errIsPerson()) {
      Thread.ofVirtual().name("progress").start(this::tick);
    }
  }

  /// Says what goes on from now. A further call with another detail of the same thing keeps its
  /// clock.
  synchronized void show(String now) {
    if (what.isEmpty()) {
      since = System.nanoTime();
    }
    what = now;
  }

  /// Shows how far the loading of a model is.
  LoadProgress loading() {
    return (done, total) -> show(LOADING + ", " + Sizes.of(done, total));
  }

  /// Takes the line away.
  synchronized void clear() {
    what = "";
    if (shown) {
      terminal.err().print("\r\u001b[K");
      terminal.err().flush();
      shown = false;
    }
  }

  @Override
  public synchronized void close() {
    clear();
    closed = true;
  }

  private void tick() {
    while (draw()) {
      try {
        Thread.sleep(TICK_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized boolean draw() {
    long nanos = System.nanoTime() - since;
    if (!what.isEmpty() && nanos > QUIET_NANOS) {
      String line = "\r" + what + " … " + nanos / 1_000_000_000L + " s";
      terminal.err().print(terminal.dim(line) + "\u001b[K");
      terminal.err().flush();
      shown = true;
    }
    return !closed;
  }
}
