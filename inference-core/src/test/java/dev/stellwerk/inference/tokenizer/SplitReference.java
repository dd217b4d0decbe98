package dev.stellwerk.inference.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The pre-tokenizers as their authors publish them: regular expressions, one stage after the
/// other.
final class SplitReference {
  private static final String CONTRACTION = "(?iu:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  private static final Map<String, List<Pattern>> STAGES = new LinkedHashMap<>();

  static {
    add("gpt-2", GPT2);
    add("starcoder", "\\p{N}", GPT2);
    add("falcon", "[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]");
    add("default", "[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
    add("qwen2", cl100k("\\p{N}"));
    add("llama-bpe", cl100k("\\p{N}{1,3}"));
    add("minicpm5", "\\p{N}{1,3}", cl100k("\\p{N}+"));
    add("seed-coder", cl100k("\\p{N}").replace("+[\\r\\n]*|", "+|"));
    add(
        "qwen35",
        CONTRACTION
            + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|"
            + SPACES);
    add("gpt-4o", cased(UPPER, LOWER, CONTRACTION + "?", "\\p{N}{1,3}", "[\\r\\n/]*"));
    add("tekken", cased(UPPER, LOWER, "", "\\p{N}", "[\\r\\n/]*"));
    add(
        "kimi-k2",
        "\\p{IsHan}+|"
            + cased(
                UPPER.replace("]", "&&[^\\p{IsHan}]]"),
                LOWER.replace("]", "&&[^\\p{IsHan}]]"),
                CONTRACTION + "?",
                "\\p{N}{1,3}",
                "[\\r\\n]*"));
    add(
        "deepseek-v3",
        "\\p{N}{1,3}",
        "[一-龥\u3040-ゟ゠-ヿ]+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|"
            + "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
            + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
            + SPACES);
    add("deepseek-coder", "[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-\uD7FF]+", "\\p{N}");
    add("viking", " ?[^(\\s|.,!?…。，、।۔،)]+", "\\p{N}");
  }

  private SplitReference() {}

  static List<String> names() {
    return List.copyOf(STAGES.keySet());
  }

  static List<String> words(String name, String text) {
    List<String> pieces = List.of(text);
    for (Pattern stage : Objects.requireNonNull(STAGES.get(name), name)) {
      List<String> cut = new ArrayList<>();
      pieces.forEach(piece -> cut(stage, piece, cut));
      pieces = cut;
    }
    return pieces;
  }

  private static void cut(Pattern pattern, String piece, List<String> cut) {
    Matcher matcher = pattern.matcher(piece);
    int at = 0;
    while (matcher.find()) {
      if (matcher.start() > at) {
        cut.add(piece.substring(at, matcher.start()));
      }
      cut.add(matcher.group());
      at = matcher.end();
    }
    if (at < piece.length()) {
      cut.add(piece.substring(at));
    }
  }

  private static void add(String name, String... stages) {
    List<Pattern> patterns = new ArrayList<>();
    for (String stage : stages) {
      // Neither of Java's two notions of white space is Unicode's.
      patterns.add(
          Pattern.compile(
              stage.replace("\\S", "[^\\p{IsWhite_Space}]").replace("\\s", "\\p{IsWhite_Space}")));
    }
    STAGES.put(name, patterns);
  }

  private static String cl100k(String digits) {
    return CONTRACTION
        + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
        + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
        + SPACES;
  }

  private static String cased(
      String upper, String lower, String contraction, String digits, String tail) {
    String prefix = "[^\\r\\n\\p{L}\\p{N}]?";
    return String.join(
        "|",
        prefix + upper + "*" + lower + "+" + contraction,
        prefix + upper + "+" + lower + "*" + contraction,
        digits,
        " ?[^\\s\\p{L}\\p{N}]+" + tail,
        SPACES);
  }
}
