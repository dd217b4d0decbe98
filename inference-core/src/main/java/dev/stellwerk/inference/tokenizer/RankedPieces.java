package dev.stellwerk.inference.tokenizer;

/// Merges that nobody listed: two tokens merge whenever their bytes together are a token, in the
/// order of its rank. This is what OpenAI's tiktoken does with ranks, and SentencePiece with
/// scores.
final class RankedPieces implements Merges {
  private final byte[][] pieces;
  private final PieceTable table;
  private final int[] ranks;
  private final long[] hashes;
  private final long[] powers;
  private final int bytesMax;

  /// @param pieces by id
  /// @param table that holds those that merges may lead to
  /// @param ranks by id
  RankedPieces(byte[][] pieces, PieceTable table, int[] ranks) {
    this.pieces = pieces;
    this.table = table;
    this.ranks = ranks;
    this.hashes = new long[pieces.length];
    int longest = 0;
    for (int id = 0; id < pieces.length; id++) {
      hashes[id] = PieceTable.hash(pieces[id], 0, pieces[id].length);
      longest = Math.max(longest, pieces[id].length);
    }
    this.bytesMax = longest;
    this.powers = PieceTable.powers(longest);
  }

  @Override
  public long find(int left, int right) {
    if (left >= pieces.length || right >= pieces.length) {
      return NONE;
    }
    byte[] a = pieces[left];
    byte[] b = pieces[right];
    if (a.length + b.length > bytesMax) {
      return NONE;
    }
    long hash = hashes[left] * powers[b.length] + hashes[right];
    int id = table.find(hash, a, 0, a.length, b, 0, b.length);
    return id < 0 ? NONE : ((long) ranks[id] << 32) | id;
  }
}
