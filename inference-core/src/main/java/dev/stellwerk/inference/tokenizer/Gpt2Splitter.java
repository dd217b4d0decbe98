package dev.stellwerk.inference.tokenizer;

/// GPT-2's rules: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
final class Gpt2Splitter implements Splitter {
  private static final String[] CONTRACTIONS = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};

  @Override
  public int end(String text, int from, int to) {
    if (text.charAt(from) == '\'') {
      for (String contraction : CONTRACTIONS) {
        if (from + contraction.length() <= to && text.startsWith(contraction, from)) {
          return from + contraction.length();
        }
      }
    }
    int start = text.charAt(from) == ' ' ? from + 1 : from;
    if (start < to) {
      int first = text.codePointAt(start);
      if (CharClass.isLetter(first)) {
        return Runs.of(text, start, to, CharClass.LETTER);
      }
      if (CharClass.isNumber(first)) {
        return Runs.of(text, start, to, CharClass.NUMBER);
      }
      if (!CharClass.isSpace(first)) {
        return Runs.others(text, start, to, CharClass.LETTER | CharClass.NUMBER);
      }
    }
    return Runs.spacesEnd(from, Runs.spaces(text, from, to), to);
  }
}
