package dev.stellwerk.inference.tokenizer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Kimi K2's rules, the pattern of its `tokenization_kimi.py`: Han is apart from other letters, and
/// case changes end a word. It has too many alternatives to write out by hand, and its models are
/// too large for the warm-up of a regular expression to matter.
final class KimiPreTokenizer implements PreTokenizer {
  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{IsHan}]]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{IsHan}]]";
  private static final String SPACE = "\\p{IsWhite_Space}";
  private static final Pattern WORD =
      Pattern.compile(
          String.join(
              "|",
              "\\p{IsHan}+",
              "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+" + CONTRACTION,
              "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "+" + LOWER + "*" + CONTRACTION,
              "\\p{N}{1,3}",
              " ?[^" + SPACE + "\\p{L}\\p{N}]+[\\r\\n]*",
              SPACE + "*[\\r\\n]+",
              SPACE + "+(?!" + "[^" + SPACE + "])",
              SPACE + "+"));

  @Override
  public int end(String text, int from) {
    Matcher matcher = WORD.matcher(text);
    matcher.region(from, text.length());
    // The alternatives cover every code point, so that the pattern always matches here.
    return matcher.lookingAt() ? matcher.end() : from + 1;
  }
}
