package dev.stellwerk.inference.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkerPoolTest {
  @Test
  void everyItemRunsOnce() {
    for (int threads : new int[] {1, 2, 5}) {
      try (WorkerPool pool = new WorkerPool(threads)) {
        for (int round = 0; round < 2000; round++) {
          int items = round % 17;
          AtomicIntegerArray runs = new AtomicIntegerArray(17);
          pool.run((item, worker) -> runs.incrementAndGet(item), items);
          for (int i = 0; i < 17; i++) {
            assertEquals(i < items ? 1 : 0, runs.get(i), threads + " threads, round " + round);
          }
        }
      }
    }
  }

  @Test
  void workersWakeAfterTheyHaveParked() {
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int round = 0; round < 20; round++) {
        LockSupport.parkNanos(2_000_000);
        AtomicIntegerArray runs = new AtomicIntegerArray(8);
        pool.run((item, worker) -> runs.incrementAndGet(item), 8);
        for (int i = 0; i < 8; i++) {
          assertEquals(1, runs.get(i));
        }
      }
    }
  }

  @Test
  void aFailureReachesTheCallerAndThePoolGoesOn() {
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int round = 0; round < 50; round++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(9);
        var failure =
            assertThrows(
                IllegalStateException.class,
                () ->
                    pool.run(
                        (item, worker) -> {
                          runs.incrementAndGet(item);
                          if (item == 4) {
                            throw new ArithmeticException("four");
                          }
                        },
                        9));
        assertInstanceOf(ArithmeticException.class, failure.getCause());
        for (int i = 0; i < 9; i++) {
          assertEquals(1, runs.get(i), "the other items ran");
        }
      }
    }
  }
}
