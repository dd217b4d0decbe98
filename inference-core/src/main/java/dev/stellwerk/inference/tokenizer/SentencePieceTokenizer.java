package dev.stellwerk.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/// BPE over characters, as SentencePiece has it (Llama 2, Mistral 7B, Phi-3, TinyLlama) and Gemma 4
/// varies it: a space is written ▁ (U+2581), and a character without a token becomes its bytes.
/// Safe for use by many threads.
public final class SentencePieceTokenizer extends PieceTokenizer {
  /// Stands for a space in pieces.
  static final char SPACE = '▁';

  private final int size;
  private final PieceTable table;
  private final int[] byteTokens;
  private final Options options;
  private final BytePairs pairs;
  private final WordCache cache = new WordCache();

  /// How text is prepared.
  ///
  /// @param spaceFirst whether text gets a space before it at the start and after special tokens
  /// @param linesApart whether runs of line breaks are apart from what is around them, and whole
  ///   runs that are a piece are that piece (Gemma 4)
  /// @param spaceBeginsWord whether no piece holds a space behind another character: then words can
  ///   be merged one at a time, which changes nothing but the time it takes
  record Options(boolean spaceFirst, boolean linesApart, boolean spaceBeginsWord) {}

  /// @param table of the pieces, with spaces written as [#SPACE]
  /// @param byteTokens what becomes of the bytes of a character that has no piece
  SentencePieceTokenizer(
      Pieces pieces, PieceTable table, Merges merges, int[] byteTokens, Options options) {
    super(pieces);
    this.size = pieces.bytes.length;
    this.table = table;
    this.byteTokens = byteTokens.clone();
    this.options = options;
    this.pairs = new BytePairs(merges);
  }

  @Override
  void encodeRun(String text, boolean first, TokenBuffer out) {
    String escaped = text.replace(' ', SPACE);
    if (first && options.spaceFirst()) {
      escaped = SPACE + escaped;
    }
    for (int from = 0; from < escaped.length(); ) {
      int end = wordEnd(escaped, from);
      encodeWord(escaped.substring(from, end), out);
      from = end;
    }
  }

  private int wordEnd(String text, int from) {
    boolean line = text.charAt(from) == '\n';
    boolean word = false;
    for (int at = from; at < text.length(); at++) {
      char c = text.charAt(at);
      if (options.linesApart() && (c == '\n') != line) {
        return at;
      }
      if (c != SPACE) {
        word = true;
      } else if (word && options.spaceBeginsWord()) {
        return at;
      }
    }
    return text.length();
  }

  private void encodeWord(String word, TokenBuffer out) {
    int[] known = cache.get(word);
    if (known == null) {
      known = mergeWord(word);
      cache.put(word, known);
    }
    out.addAll(known, known.length);
  }

  private int[] mergeWord(String word) {
    if (options.linesApart() && word.charAt(0) == '\n') {
      int whole = table.find(word.getBytes(StandardCharsets.UTF_8));
      if (whole >= 0) {
        return new int[] {whole};
      }
    }
    // A character without a piece gets a number behind those of all pieces, which never merges.
    int[] ids =
        word.codePoints()
            .map(
                c -> {
                  int id = table.find(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                  return id >= 0 ? id : size + c;
                })
            .toArray();
    int length = pairs.merge(ids);
    return Arrays.stream(ids, 0, length)
        .flatMap(id -> id < size ? IntStream.of(id) : bytes(id - size, byteTokens))
        .toArray();
  }

  private static IntStream bytes(int codePoint, int[] byteTokens) {
    byte[] utf8 = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[utf8.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = byteTokens[utf8[i] & 0xFF];
    }
    return Arrays.stream(ids);
  }
}
