package dev.stellwerk.inference.tokenizer;

/// The rules of OpenAI's cl100k that Llama 3, Qwen and many others took over.
///
/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,k}| ?[^\s\p{L}\p{N}]+[\r\n]*|
/// \s*[\r\n]+|\s+(?!\S)|\s+`
///
/// @param digitsMax how many digits make a word
/// @param contractions whether the first alternative is there
/// @param letters `\p{L}`, or `[\p{L}\p{M}]` where marks belong to letters (Qwen 3.5)
/// @param lineBreaks whether symbols take the line breaks behind them along
record Cl100kSplitter(int digitsMax, boolean contractions, int letters, boolean lineBreaks)
    implements Splitter {
  static Cl100kSplitter of(int digitsMax) {
    return new Cl100kSplitter(digitsMax, true, CharClass.LETTER, true);
  }

  @Override
  public int end(String text, int from, int to) {
    if (contractions) {
      int contraction = Runs.contraction(text, from, to);
      if (contraction > 0) {
        return from + contraction;
      }
    }
    int first = text.codePointAt(from);
    if (CharClass.isLetter(first)) {
      return Runs.of(text, from, to, letters);
    }
    if (CharClass.isNumber(first)) {
      return Runs.of(text, from, to, CharClass.NUMBER, digitsMax);
    }
    int second = from + Character.charCount(first);
    if (!CharClass.isLineBreak(first)) {
      int letters = Runs.of(text, second, to, this.letters);
      if (letters > second) {
        return letters;
      }
    }
    if (CharClass.in(first, letters)) {
      return second; // a mark that counts as a letter, alone
    }
    int symbols = first == ' ' ? second : from;
    int symbolsEnd = Runs.others(text, symbols, to, letters | CharClass.NUMBER);
    if (symbolsEnd > symbols) {
      return lineBreaks ? Runs.lineBreaks(text, symbolsEnd, to) : symbolsEnd;
    }
    return Runs.spacesOrLines(text, from, to);
  }
}
