package dev.stellwerk.inference.tokenizer;

import dev.stellwerk.inference.engine.Tokens;
import java.util.BitSet;
import java.util.Map;
import java.util.OptionalInt;

/// What all tokenizers share: special tokens in what we wrote and nowhere else, and what is known
/// of each token.
abstract sealed class PieceTokenizer implements Tokenizer
    permits BpeTokenizer, SentencePieceTokenizer {
  private final byte[][] bytes;
  private final BitSet control;
  private final BitSet ends;
  private final Map<Integer, String> names;
  private final OptionalInt begin;
  private final OptionalInt end;
  private final SpecialTokens specials;
  private final TokenMatcher texts;

  PieceTokenizer(Pieces pieces) {
    this.bytes = pieces.bytes;
    this.control = pieces.control;
    this.ends = pieces.ends;
    this.names = Map.copyOf(pieces.names);
    this.begin = pieces.begin;
    this.end = pieces.end;
    this.specials = new SpecialTokens(pieces.specials);
    this.texts = new TokenMatcher(Map.copyOf(pieces.texts));
  }

  /// Encodes a stretch of text in which nothing is matched as it stands.
  ///
  /// @param text not empty
  /// @param first whether nothing, or a special token, comes before it
  abstract void encodeRun(String text, boolean first, TokenBuffer out);

  @Override
  public final int vocabularySize() {
    return bytes.length;
  }

  @Override
  public final Tokens encodeRendered(String rendered) {
    checkLength(rendered);
    TokenBuffer out = new TokenBuffer(rendered.length());
    TokenMatcher matcher = specials.matcher();
    int at = 0;
    while (at < rendered.length()) {
      int special = matcher.next(rendered, at);
      encodePlain(SpecialTokens.unmark(rendered.substring(at, special)), out);
      at = special;
      if (at < rendered.length()) {
        int length = matcher.lengthAt(rendered, at);
        out.add(matcher.id(rendered, at, length));
        at += length;
      }
    }
    return out.tokens();
  }

  @Override
  public final Tokens encodeText(String text) {
    checkLength(text);
    TokenBuffer out = new TokenBuffer(text.length());
    encodePlain(text, out);
    return out.tokens();
  }

  @Override
  public final String neutralise(String untrusted) {
    return specials.neutralise(untrusted);
  }

  @Override
  public final byte[] bytes(int token) {
    return bytes[token];
  }

  @Override
  public final String piece(int token) {
    String name = names.get(token);
    return name == null ? Tokenizer.super.piece(token) : name;
  }

  @Override
  public final boolean isControl(int token) {
    return control.get(token);
  }

  @Override
  public final OptionalInt special(String text) {
    return specials.id(text);
  }

  @Override
  public final boolean isEndOfGeneration(int token) {
    return ends.get(token);
  }

  @Override
  public final OptionalInt begin() {
    return begin;
  }

  @Override
  public final OptionalInt end() {
    return end;
  }

  @Override
  public final StreamingDecoder decoder() {
    return new Utf8Decoder(this);
  }

  private static void checkLength(String text) {
    if (text.length() > Tokenizers.TEXT_CHARS_MAX) {
      throw new IllegalArgumentException(
          "text of "
              + text.length()
              + " characters; at most "
              + Tokenizers.TEXT_CHARS_MAX
              + " are encoded");
    }
  }

  private void encodePlain(String text, TokenBuffer out) {
    boolean first = true;
    for (int at = 0; at < text.length(); ) {
      int next = texts.isEmpty() ? text.length() : texts.next(text, at);
      if (next > at) {
        encodeRun(text.substring(at, next), first, out);
      }
      at = next;
      if (at < text.length()) {
        int length = texts.lengthAt(text, at);
        out.add(texts.id(text, at, length));
        at += length;
        first = true;
      }
    }
  }
}
