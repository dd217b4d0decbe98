package dev.stellwerk.inference.model;

/// The generator of the parity README.
final class SplitMix64 {
  private long state;

  SplitMix64(long state) {
    this.state = state;
  }

  long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// The next number in [0, 1).
  double unit() {
    return (next() >>> 11) * 0x1p-53;
  }
}
