package dev.stellwerk.inference.backend;

/// Which two columns of a vector rotary position turns together.
public enum RopeStyle {
  /// (0, 1), (2, 3), ...
  ADJACENT,
  /// (0, w / 2), (1, w / 2 + 1), ... as GPT-NeoX has it.
  HALVES
}
