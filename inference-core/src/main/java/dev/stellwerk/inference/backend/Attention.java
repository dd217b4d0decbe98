package dev.stellwerk.inference.backend;

import org.jspecify.annotations.Nullable;

/// How the queries of a token meet the cached keys and values; their shapes are in [KvLayout].
///
/// @param heads of queries; heads that share a kv head follow each other
/// @param scale the factor on scores
/// @param window how many positions a token sees, its own included; 0 for all
/// @param sinks f32 `[heads]`: the score of a place without a value that every token of a head sees
///   beside the others; null without
public record Attention(int heads, float scale, int window, @Nullable Buffer sinks) {
  public Attention {
    if (heads < 1 || window < 0) {
      throw new IllegalArgumentException(heads + " heads, window " + window);
    }
  }

  /// Attention to all earlier positions.
  public static Attention full(int heads, float scale) {
    return new Attention(heads, scale, 0, null);
  }

  /// The first position that the token at `position` sees.
  public int firstSeen(int position) {
    return window == 0 ? 0 : Math.max(0, position + 1 - window);
  }
}
