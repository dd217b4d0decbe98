package dev.stellwerk.inference.tokenizer;

/// The rules of OpenAI's o200k, where a change of case ends a word, and what Mistral and Moonshot
/// made of them. With `U` for `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, `L` for
/// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]` and `C` for `(?i:'s|'t|'re|'ve|'m|'ll|'d)`:
///
/// `[^\r\n\p{L}\p{N}]?U*L+C?|[^\r\n\p{L}\p{N}]?U+L*C?|\p{N}{1,k}| ?[^\s\p{L}\p{N}]+[\r\n/]*|
/// \s*[\r\n]+|\s+(?!\S)|\s+`
///
/// @param hanApart Kimi's first alternative is `\p{Han}+`, and `U` and `L` are without Han
/// @param contractions whether `C?` is there
/// @param digitsMax the k above
/// @param slashes whether symbols take slashes along; line breaks they always do
record CasedSplitter(boolean hanApart, boolean contractions, int digitsMax, boolean slashes)
    implements Splitter {
  private static final int SPACED = CharClass.LETTER | CharClass.NUMBER;

  @Override
  public int end(String text, int from, int to) {
    int first = text.codePointAt(from);
    if (hanApart && CharClass.isHan(first)) {
      return hanEnd(text, from, to);
    }
    int word = wordEnd(text, from, to, first);
    if (word > from) {
      return contractions ? word + Runs.contraction(text, word, to) : word;
    }
    if (CharClass.isNumber(first)) {
      return Runs.of(text, from, to, CharClass.NUMBER, digitsMax);
    }
    int symbols = first == ' ' ? from + 1 : from;
    int end = Runs.others(text, symbols, to, SPACED);
    if (end > symbols) {
      while (end < to && isTail(text.charAt(end))) {
        end++;
      }
      return end;
    }
    return Runs.spacesOrLines(text, from, to);
  }

  private boolean isTail(char c) {
    return CharClass.isLineBreak(c) || (slashes && c == '/');
  }

  private static int hanEnd(String text, int from, int to) {
    int end = from;
    while (end < to) {
      int codePoint = text.codePointAt(end);
      if (!CharClass.isHan(codePoint)) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }

  /// The end of what the first two alternatives match, or `from`.
  private int wordEnd(String text, int from, int to, int first) {
    boolean prefix = !CharClass.isLineBreak(first) && !CharClass.in(first, SPACED);
    int second = from + Character.charCount(first);
    int end = prefix ? lowerWordEnd(text, second, to) : second;
    if (prefix && end > second) {
      return end;
    }
    end = lowerWordEnd(text, from, to);
    if (end > from) {
      return end;
    }
    end = prefix ? upperWordEnd(text, second, to) : second;
    if (prefix && end > second) {
      return end;
    }
    return upperWordEnd(text, from, to);
  }

  /// The end of `U*L+`, or `from`.
  private int lowerWordEnd(String text, int from, int to) {
    int upperEnd = run(text, from, to, CharClass.UPPER);
    int end = run(text, upperEnd, to, CharClass.LOWER);
    if (end > upperEnd) {
      return end;
    }
    // `U*` gives back what it took, up to a character that is in `L` as well.
    for (int at = upperEnd; at > from; ) {
      int before = text.codePointBefore(at);
      if (CharClass.in(before, CharClass.LOWER)) {
        return at;
      }
      at -= Character.charCount(before);
    }
    return from;
  }

  /// The end of `U+L*`, or `from`.
  private int upperWordEnd(String text, int from, int to) {
    int upperEnd = run(text, from, to, CharClass.UPPER);
    return upperEnd == from ? from : run(text, upperEnd, to, CharClass.LOWER);
  }

  private int run(String text, int from, int to, int mask) {
    int end = from;
    while (end < to) {
      int codePoint = text.codePointAt(end);
      if (!CharClass.in(codePoint, mask) || (hanApart && CharClass.isHan(codePoint))) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }
}
