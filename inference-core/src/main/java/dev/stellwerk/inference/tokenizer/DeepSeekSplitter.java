package dev.stellwerk.inference.tokenizer;

/// The last of DeepSeek V3's three patterns; numbers and CJK are cut out before it.
///
/// ``[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|
/// ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+``
final class DeepSeekSplitter implements Splitter {
  private static final int WORD = CharClass.LETTER | CharClass.MARK;
  private static final int VISIBLE = CharClass.PUNCTUATION | CharClass.SYMBOL;

  @Override
  public int end(String text, int from, int to) {
    int end = match(text, from, to);
    int at = from;
    while (end == at && at < to) {
      // Nothing matches controls and unassigned characters: they are a piece up to the next match.
      at += Character.charCount(text.codePointAt(at));
      end = at < to ? match(text, at, to) : at;
    }
    return at > from ? at : end;
  }

  /// The end of the match at `from`, or `from`.
  private static int match(String text, int from, int to) {
    int first = text.codePointAt(from);
    int second = from + Character.charCount(first);
    if (first < 128 && CharClass.in(first, VISIBLE)) {
      int ascii = asciiLetters(text, second, to);
      if (ascii > second) {
        return ascii;
      }
    }
    if (!CharClass.isLineBreak(first) && !CharClass.in(first, CharClass.LETTER | VISIBLE)) {
      int word = Runs.of(text, second, to, WORD);
      if (word > second) {
        return word;
      }
    }
    int word = Runs.of(text, from, to, WORD);
    if (word > from) {
      return word;
    }
    int symbols = first == ' ' ? second : from;
    int symbolsEnd = Runs.of(text, symbols, to, VISIBLE);
    if (symbolsEnd > symbols) {
      return Runs.lineBreaks(text, symbolsEnd, to);
    }
    return CharClass.isSpace(first) ? Runs.spacesOrLines(text, from, to) : from;
  }

  private static int asciiLetters(String text, int from, int to) {
    int end = from;
    while (end < to && text.charAt(end) < 128 && CharClass.isLetter(text.charAt(end))) {
      end++;
    }
    return end;
  }
}
