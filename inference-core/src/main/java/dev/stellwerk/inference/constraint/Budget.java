package dev.stellwerk.inference.constraint;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What compiling one schema may cost: processor time, looked at every so many steps. Beyond it the
/// schema is refused, whatever it is that blows up. What other threads do does not count.
final class Budget {
  /// A schema that takes longer is refused.
  static final long MILLIS_MAX = 1_000;

  private static final int STEPS_A_LOOK = 20_000;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final ScopedValue<Budget> CURRENT = ScopedValue.newInstance();

  private final long end;
  private int steps;

  private Budget(long millisMax) {
    this.end = now() + TimeUnit.MILLISECONDS.toNanos(millisMax);
  }

  private static long now() {
    return THREADS.isCurrentThreadCpuTimeSupported()
        ? THREADS.getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  /// Runs something that [#spend] stops after a time.
  static <T> T within(long millisMax, Supplier<T> work) {
    return ScopedValue.where(CURRENT, new Budget(millisMax)).call(work::get);
  }

  /// Says that some small steps were taken.
  ///
  /// @throws AutomatonLimitException when the time is over
  static void spend(int some) {
    if (CURRENT.isBound()) {
      CURRENT.get().take(some);
    }
  }

  private void take(int some) {
    steps += some;
    if (steps > STEPS_A_LOOK) {
      steps = 0;
      if (now() - end > 0) {
        throw new AutomatonLimitException("more than " + MILLIS_MAX + " ms to compile");
      }
    }
  }
}
