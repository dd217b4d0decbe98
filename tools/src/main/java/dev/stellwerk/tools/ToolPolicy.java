package dev.stellwerk.tools;

/// Whether a tool may be offered, and whether a call of it may run.
///
/// Decides by the raw name (the source's name and the source's own name of the tool), never by an
/// alias: renaming a tool must not change what it may do.
@FunctionalInterface
public interface ToolPolicy {
  /// What the policy says.
  enum Decision {
    ALLOW,
    /// A person must approve the call first.
    ASK,
    DENY
  }

  Decision decide(String source, String rawName, Tool.Effects effects);
}
