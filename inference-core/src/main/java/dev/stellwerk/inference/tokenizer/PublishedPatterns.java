package dev.stellwerk.inference.tokenizer;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The regular expressions that `tokenizer.json` files of known families hold, and what stands for
/// them here.
final class PublishedPatterns {
  private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

  private PublishedPatterns() {}

  /// @param total whether the pattern leaves no character over, whatever the text
  record Known(Splitter splitter, boolean total) {}

  /// What stands for a pattern.
  static Optional<Known> find(String pattern) {
    Splitter total = total(pattern);
    if (total != null) {
      return Optional.of(new Known(total, true));
    }
    return Optional.ofNullable(partial(pattern)).map(splitter -> new Known(splitter, false));
  }

  private static @Nullable Splitter total(String pattern) {
    if (pattern.equals(
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+")) {
      return new Gpt2Splitter();
    }
    for (int digits : new int[] {1, 3, Integer.MAX_VALUE}) {
      String numbers = digits == 1 ? "\\p{N}" : digits == 3 ? "\\p{N}{1,3}" : "\\p{N}+";
      if (pattern.equals(cl100k(CONTRACTION, "\\p{L}", numbers))
          || pattern.equals(cl100k("'(?i:[sdmt]|ll|ve|re)", "\\p{L}", numbers))) {
        return Cl100kSplitter.of(digits);
      }
      if (pattern.equals(cased(CONTRACTION + "?", numbers))) {
        return new CasedSplitter(false, true, digits, true);
      }
      if (pattern.equals(cased("", numbers))) {
        return new CasedSplitter(false, false, digits, true);
      }
    }
    if (pattern.equals(cl100k(CONTRACTION, "[\\p{L}\\p{M}]", "\\p{N}"))) {
      return new Cl100kSplitter(1, true, CharClass.LETTER | CharClass.MARK, true);
    }
    return null;
  }

  private static String cl100k(String contraction, String letters, String numbers) {
    String marks = letters.contains("\\p{M}") ? "\\p{M}" : "";
    return contraction
        + "|[^\\r\\n\\p{L}\\p{N}]?"
        + letters
        + "+|"
        + numbers
        + "| ?[^\\s\\p{L}"
        + marks
        + "\\p{N}]+[\\r\\n]*"
        + SPACES;
  }

  private static String cased(String contraction, String numbers) {
    String prefix = "[^\\r\\n\\p{L}\\p{N}]?";
    return String.join(
            "|",
            prefix + UPPER + "*" + LOWER + "+" + contraction,
            prefix + UPPER + "+" + LOWER + "*" + contraction,
            numbers,
            " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*")
        + SPACES;
  }

  private static @Nullable Splitter partial(String pattern) {
    return switch (pattern) {
      case "[\r\n]", "[\\r\\n]" -> RunSplitter.of(CharClass::isLineBreak, 1);
      case "\\p{N}" -> RunSplitter.of(CharClass::isNumber, 1);
      case "\\p{N}{1,3}" -> RunSplitter.of(CharClass::isNumber, 3);
      case "\\s?\\p{L}+" -> RunSplitter.spaced(CharClass::isLetter);
      case "\\s?\\p{P}+" -> RunSplitter.spaced(c -> CharClass.in(c, CharClass.PUNCTUATION));
      case "\\s+$" -> PreTokenizer::trailingSpaces;
      case "[一-龥ࠀ-一가-퟿]+" -> RunSplitter.of(CodePoints.EAST_ASIAN::get);
      case "[一-龥぀-ゟ゠-ヿ]+" -> RunSplitter.of(CodePoints.HAN_AND_KANA::get);
      case "\\s?[!-/:-~！-／：-～‘-‟　-。]+" -> RunSplitter.spaced(CodePoints.FULL_WIDTH_MARKS::get);
      case "[0-9][0-9][0-9]" -> PreTokenizer::threeDigits;
      default -> deepSeek(pattern);
    };
  }

  private static @Nullable Splitter deepSeek(String pattern) {
    if (pattern.startsWith("\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌ")) {
      return RunSplitter.spaced(CodePoints.CASED::get);
    }
    String ascii = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+";
    String rest =
        "|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";
    String plain = pattern.replace("\\r", "\r").replace("\\n", "\n");
    return plain.equals(ascii + rest) ? new DeepSeekSplitter() : null;
  }
}
