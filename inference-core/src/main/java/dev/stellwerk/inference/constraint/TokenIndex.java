package dev.stellwerk.inference.constraint;

import dev.stellwerk.inference.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.stream.IntStream;

/// What constraints need to know about a tokenizer, found out once and shared by all of them.
///
/// A *text token* is one that stands for bytes: not a control token, and not one of the markers
/// that a tool-call format keeps for itself even where a tokenizer gives them bytes.
public final class TokenIndex {
  /// Tokens beyond this length are longer than any real vocabulary's; they are never offered.
  static final int TOKEN_BYTES_MAX = 4_096;

  /// Strings with less room than this have a set of fitting tokens each; it covers every token.
  private static final int ROOMS_MAX = 256;

  private final Tokenizer tokenizer;
  private final int size;
  private final TokenMask text;
  private final TokenMask end;
  private final TokenTrie all;
  private final TokenTrie breaking;
  private final TokenMask[] fitting;
  private final TokenMask insideStrings;
  private final TokenTrie closing;

  private TokenIndex(Tokenizer tokenizer, int[] markers) {
    this.tokenizer = tokenizer;
    this.size = tokenizer.vocabularySize();
    this.text = new TokenMask(size);
    this.end = new TokenMask(size);
    int[] codePoints = new int[size];
    for (int token = 0; token < size; token++) {
      if (tokenizer.isEndOfGeneration(token)) {
        end.allow(token);
      }
      byte[] bytes = tokenizer.bytes(token);
      boolean control = tokenizer.isControl(token) || tokenizer.isEndOfGeneration(token);
      if (!control && bytes.length > 0 && bytes.length <= TOKEN_BYTES_MAX) {
        text.allow(token);
        codePoints[token] = JsonStringMachine.wholeCodePoints(bytes);
      }
    }
    for (int marker : markers) {
      text.forbid(marker);
    }
    int[] tokens = IntStream.range(0, size).filter(text::allows).toArray();
    this.all = new TokenTrie(tokens, size, tokenizer::bytes);
    int[] others = Arrays.stream(tokens).filter(t -> !fits(codePoints[t])).toArray();
    this.breaking = new TokenTrie(others, size, tokenizer::bytes);
    this.fitting = fitting(tokens, codePoints);
    this.insideStrings = new TokenMask(size);
    int[] afterQuote = new int[size];
    for (int token : tokens) {
      byte[] bytes = tokenizer.bytes(token);
      afterQuote[token] = JsonStringMachine.afterQuote(bytes);
      // A quote at the very end closes the string, which a plain one may do at any time.
      if (afterQuote[token] == JsonStringMachine.NO_QUOTE || afterQuote[token] == bytes.length) {
        insideStrings.allow(token);
      }
    }
    int[] closers =
        Arrays.stream(tokens)
            .filter(t -> afterQuote[t] > 0 && afterQuote[t] < tokenizer.bytes(t).length)
            .toArray();
    this.closing = new TokenTrie(closers, size, t -> suffix(tokenizer.bytes(t), afterQuote[t]));
  }

  private static byte[] suffix(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  /// The index of a tokenizer.
  ///
  /// @param markers ids that text never contains, whatever bytes the tokenizer gives them
  public static TokenIndex of(Tokenizer tokenizer, int... markers) {
    return new TokenIndex(tokenizer, markers);
  }

  /// One more than the highest token id.
  public int size() {
    return size;
  }

  /// All text tokens. Not to be written to.
  public TokenMask text() {
    return text;
  }

  /// All tokens that end a turn. Not to be written to.
  public TokenMask end() {
    return end;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /// Whether a token stands for bytes.
  public boolean isText(int token) {
    return token >= 0 && token < size && text.allows(token);
  }

  /// Whether a token ends a turn.
  public boolean isEnd(int token) {
    return token >= 0 && token < size && end.allows(token);
  }

  TokenTrie all() {
    return all;
  }

  /// The text tokens that are in none of [#fitting].
  TokenTrie breaking() {
    return breaking;
  }

  /// The tokens that are whole code points, none of them special in a JSON string, and fit into one
  /// with room for so many.
  TokenMask fitting(int room) {
    return fitting[Math.min(room, fitting.length - 1)];
  }

  /// The text tokens that may follow inside a string of any length and lead not beyond it.
  TokenMask insideStrings() {
    return insideStrings;
  }

  /// The text tokens that close a string and go on, by what comes behind the quote.
  TokenTrie closing() {
    return closing;
  }

  private static boolean fits(int codePoints) {
    return codePoints >= 0 && codePoints <= ROOMS_MAX;
  }

  private TokenMask[] fitting(int[] tokens, int[] codePoints) {
    int most = 0;
    for (int token : tokens) {
      most = fits(codePoints[token]) ? Math.max(most, codePoints[token]) : most;
    }
    TokenMask[] masks = new TokenMask[most + 1];
    for (int room = 0; room <= most; room++) {
      masks[room] = new TokenMask(size);
    }
    for (int token : tokens) {
      if (fits(codePoints[token])) {
        masks[codePoints[token]].allow(token);
      }
    }
    for (int room = 1; room <= most; room++) {
      masks[room].union(masks[room - 1]);
    }
    return masks;
  }
}
