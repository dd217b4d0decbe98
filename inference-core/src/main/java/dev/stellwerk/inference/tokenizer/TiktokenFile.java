package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.tokenizer.Pieces.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;

/// Kimi's tokenizer: `tiktoken.model`, a line `base64 rank` for each token, in the order of the
/// ranks, which are the ids. The pattern and the number of special tokens are in the program that
/// Moonshot publishes beside it (`tokenization_kimi.py`).
final class TiktokenFile {
  private static final String KIMI_CLASS = "TikTokenTokenizer";

  /// Kimi keeps so many ids for special tokens, behind the ranks; those without a name are
  /// reserved.
  private static final int SPECIALS = 256;

  private static final int LINE_BYTES_MAX = 4 * PieceTable.PIECE_BYTES_MAX;

  private final Path file;
  private final byte[] text;
  private int at;

  private TiktokenFile(Path file, byte[] text) {
    this.file = file;
    this.text = text;
  }

  static Tokenizer read(Path file, TokenizerDirectory folder) {
    String name = folder.tokenizerClass();
    if (!name.equals(KIMI_CLASS)) {
      throw new ModelFileException(
          file.resolveSibling(TokenizerDirectory.SETTINGS),
          "tokenizer_class",
          (name.isEmpty() ? "is missing" : ModelFileException.printable(name))
              + "; the rules of a tiktoken.model are known for "
              + KIMI_CLASS
              + " (Kimi)");
    }
    byte[] text = TokenizerDirectory.bytes(file, TokenizerDirectory.VOCABULARY_BYTES_MAX);
    return new TiktokenFile(file, text).read(folder);
  }

  private Tokenizer read(TokenizerDirectory folder) {
    List<byte[]> ranked = new ArrayList<>();
    while (at < text.length) {
      ranked.add(line(ranked.size()));
    }
    int normal = ranked.size();
    int size = normal == 0 ? 0 : normal + SPECIALS;
    VocabularyBuilder builder = new VocabularyBuilder(size, file, "ranks", "ranks");
    for (int id = 0; id < normal; id++) {
      builder.addNormal(id, ranked.get(id), ranked.get(id));
    }
    int[] bytes = builder.byteTokens();
    BitSet named = new BitSet();
    for (TokenizerDirectory.Added added : folder.added()) {
      if (added.id() < normal || added.id() >= size) {
        throw new ModelFileException(
            file.resolveSibling(TokenizerDirectory.SETTINGS),
            "added_tokens_decoder",
            "id " + added.id() + "; expected " + normal + " to " + (size - 1));
      }
      named.set(added.id());
      builder.addSpecial(added.id(), added.text(), added.kind());
    }
    for (int id = normal; id < size; id++) {
      if (!named.get(id)) {
        builder.addSpecial(id, "<|reserved_token_" + id + "|>", Kind.CONTROL);
      }
    }
    folder.finish(builder.pieces);
    return new BpeTokenizer(
        builder.pieces, PreTokenizer.kimi(), bytes, builder.merges(), builder.table);
  }

  private byte[] line(int rank) {
    if (rank >= Pieces.TOKENS_MAX) {
      throw bad(rank, "expected at most " + Pieces.TOKENS_MAX + " lines");
    }
    int end = at;
    int space = -1;
    while (end < text.length && text[end] != '\n') {
      if (text[end] == ' ') {
        space = end;
      }
      end++;
    }
    if (space < 0 || end - at > LINE_BYTES_MAX) {
      throw bad(rank, "expected Base64, a space and the rank");
    }
    byte[] token;
    try {
      token = Base64.getDecoder().decode(Arrays.copyOfRange(text, at, space));
    } catch (IllegalArgumentException e) {
      throw bad(rank, "not Base64: " + e.getMessage());
    }
    if (token.length == 0 || number(space + 1, end) != rank) {
      throw bad(rank, "expected a token and the rank " + rank + ", one more than before");
    }
    at = end + 1;
    return token;
  }

  /// The number between two places, or -1.
  private int number(int from, int to) {
    int stop = to > from && text[to - 1] == '\r' ? to - 1 : to;
    if (stop == from || stop - from > 9) {
      return -1;
    }
    int number = 0;
    for (int i = from; i < stop; i++) {
      if (text[i] < '0' || text[i] > '9') {
        return -1;
      }
      number = number * 10 + text[i] - '0';
    }
    return number;
  }

  private ModelFileException bad(int line, String problem) {
    return new ModelFileException(file, "line " + (line + 1), problem);
  }
}
