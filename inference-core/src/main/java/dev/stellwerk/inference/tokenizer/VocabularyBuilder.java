package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.tokenizer.Pieces.Kind;
import java.nio.file.Path;
import java.util.Arrays;

/// Gathers what a file says of its tokens and merges, and checks it.
final class VocabularyBuilder {
  static final int MERGES_MAX = 1 << 20;

  private static final byte[] NOTHING = new byte[0];

  final Pieces pieces;

  /// Of normal tokens: the bytes that merges lead to. Of others: nothing.
  final byte[][] keys;

  final PieceTable table;
  private final Path file;
  private final String tokensField;
  private final String mergesField;

  /// @param tokensField what the file calls its tokens, for messages; likewise `mergesField`
  VocabularyBuilder(int count, Path file, String tokensField, String mergesField) {
    this.file = file;
    this.tokensField = tokensField;
    this.mergesField = mergesField;
    if (count < 1 || count > Pieces.TOKENS_MAX) {
      throw badTokens(count + " tokens; expected 1 to " + Pieces.TOKENS_MAX);
    }
    this.pieces = new Pieces(count);
    this.keys = new byte[count][];
    Arrays.fill(keys, NOTHING);
    this.table = new PieceTable(keys);
  }

  int size() {
    return keys.length;
  }

  /// A token that merges lead to.
  ///
  /// @param bytes what it stands for in text
  void addNormal(int id, byte[] key, byte[] bytes) {
    if (key.length > PieceTable.PIECE_BYTES_MAX) {
      throw badTokens(
          "token "
              + id
              + " has "
              + key.length
              + " bytes; expected at most "
              + PieceTable.PIECE_BYTES_MAX);
    }
    keys[id] = key;
    pieces.add(id, bytes);
    if (key.length > 0 && !table.add(id)) {
      throw badTokens("too many tokens fall into one place of the table");
    }
  }

  /// A token that is matched as it stands, or never.
  void addSpecial(int id, String text, Kind kind) {
    if (kind != Kind.UNUSED && !Pieces.isSpecialText(text)) {
      throw badTokens("special token " + id + " is empty or holds a Unicode noncharacter");
    }
    pieces.add(id, text, kind);
  }

  /// The tokens of the 256 bytes; -1 where there is none.
  int[] byteTokens() {
    int[] tokens = new int[256];
    for (int b = 0; b < tokens.length; b++) {
      tokens[b] = table.find(new byte[] {(byte) b});
      // Falcon lacks some controls, and many lack the bytes that UTF-8 never uses.
      if (tokens[b] < 0 && b >= ' ' && b <= '~') {
        throw badTokens("no token for byte " + b + "; expected one for each of ASCII");
      }
    }
    return tokens;
  }

  /// Room for so many merges.
  MergeTable merges(int count) {
    if (count > MERGES_MAX) {
      throw badMerges(count + " merges; expected at most " + MERGES_MAX);
    }
    return new MergeTable(count);
  }

  void addMerge(MergeTable merges, int rank, byte[] left, byte[] right) {
    int leftId = table.find(left);
    int rightId = table.find(right);
    byte[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    int merged = table.find(both);
    if (leftId < 0 || rightId < 0 || merged < 0) {
      throw badMerges("merge " + rank + " names a text that is no normal token");
    }
    if (!merges.add(leftId, rightId, rank, merged)) {
      throw badMerges("too many merges fall into one place of the table");
    }
  }

  /// Merges in the order of the ids.
  RankedPieces merges() {
    int[] ranks = new int[keys.length];
    Arrays.setAll(ranks, id -> id);
    return new RankedPieces(keys, table, ranks);
  }

  ModelFileException badTokens(String problem) {
    return new ModelFileException(file, tokensField, problem);
  }

  ModelFileException badMerges(String problem) {
    return new ModelFileException(file, mergesField, problem);
  }
}
