package dev.stellwerk.inference.tokenizer;

/// Which pairs of neighbouring tokens merge, and in which order.
sealed interface Merges permits MergeTable, RankedPieces {
  /// What [#find] returns for a pair that does not merge.
  long NONE = -1L;

  /// `rank << 32 | merged token`, so that comparing values compares ranks; or [#NONE].
  long find(int left, int right);
}
