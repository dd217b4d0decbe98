package dev.stellwerk.tools;

/// Whether a tool may be offered, and whether a call of it may run.
///
/// Decides by the raw name (source and the source's own tool name), never by an alias.
public interface ToolPolicy {
  /// What the policy says.
  enum Decision {
    ALLOW,
    /// A person must approve the call first.
    ASK,
    DENY
  }

  Decision decide(String source, Tool.Spec rawSpec);
}
