package dev.stellwerk.runtime.cli;

import java.util.Locale;

/// Bytes in a person's units.
final class Sizes {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

  private Sizes() {}

  /// A size: `4.6 GiB`.
  static String of(long bytes) {
    int unit = unit(bytes);
    return number(bytes, unit) + " " + UNITS[unit];
  }

  /// How much of something: `1.2 of 4.6 GiB`.
  static String of(long done, long total) {
    int unit = unit(total);
    return number(done, unit) + " of " + of(total);
  }

  private static int unit(long bytes) {
    int unit = 0;
    for (long rest = bytes; rest >= 1024 && unit < UNITS.length - 1; rest >>= 10) {
      unit++;
    }
    return unit;
  }

  private static String number(long bytes, int unit) {
    return unit == 0
        ? Long.toString(bytes)
        : String.format(Locale.ROOT, "%.1f", bytes / (double) (1L << (10 * unit)));
  }
}
