package dev.stellwerk.inference.tokenizer;

import java.util.function.IntPredicate;

/// GPT-2's rules: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
final class Gpt2PreTokenizer implements PreTokenizer {
  private static final String[] CONTRACTIONS = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};

  @Override
  public int end(String text, int from) {
    for (String contraction : CONTRACTIONS) {
      if (text.startsWith(contraction, from)) {
        return from + contraction.length();
      }
    }
    int start = text.charAt(from) == ' ' ? from + 1 : from;
    if (start < text.length()) {
      int first = text.codePointAt(start);
      if (CharClass.isLetter(first)) {
        return runEnd(text, start, CharClass::isLetter);
      }
      if (CharClass.isNumber(first)) {
        return runEnd(text, start, CharClass::isNumber);
      }
      if (!CharClass.isSpace(first)) {
        return runEnd(text, start, CharClass::isOther);
      }
    }
    return PreTokenizer.spacesEnd(text, from, PreTokenizer.spaceRunEnd(text, from));
  }

  private static int runEnd(String text, int from, IntPredicate kind) {
    int end = from;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      if (!kind.test(codePoint)) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }
}
