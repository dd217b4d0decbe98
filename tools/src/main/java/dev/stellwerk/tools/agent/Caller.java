package dev.stellwerk.tools.agent;

/// On whose behalf a run acts, as established from a credential, never from what the caller says of
/// itself.
public record Caller(String name) {
  /// The person at this machine: CLI, loopback HTTP without authentication, stdio.
  public static final Caller LOCAL = new Caller("local");

  public Caller {
    if (name.isBlank()) {
      throw new IllegalArgumentException("caller name is blank");
    }
  }
}
