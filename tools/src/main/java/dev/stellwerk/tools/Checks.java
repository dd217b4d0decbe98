package dev.stellwerk.tools;

/// Checks that the records of limits share.
public final class Checks {
  private Checks() {}

  /// Refuses a limit that would allow nothing.
  ///
  /// @throws IllegalArgumentException naming the value, unless it is at least 1
  public static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + " but must be at least 1");
    }
  }
}
