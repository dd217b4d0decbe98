package dev.stellwerk.inference.tokenizer;

import java.util.List;
import java.util.Optional;

/// Cuts text into words; merges never cross from one word into the next.
///
/// Some models cut in stages: each pattern works on the pieces that the one before it left. The
/// names are llama.cpp's (`tokenizer.ggml.pre`); where llama.cpp approximates a pattern because its
/// own engine cannot express it (`gpt-4o`, `tekken`, folded case), this follows the pattern that
/// the model's authors published.
final class PreTokenizer {
  private static final int ANY = Integer.MAX_VALUE;

  /// The names that [#byName] knows.
  static final List<String> SUPPORTED =
      List.of(
          "bailingmoe",
          "bailingmoe2",
          "bloom",
          "chatglm-bpe",
          "codeshell",
          "command-r",
          "dbrx",
          "deepseek-coder",
          "deepseek-llm",
          "deepseek-r1-qwen",
          "deepseek-v3",
          "default",
          "exaone",
          "exaone4",
          "falcon",
          "falcon-h1",
          "falcon3",
          "glm4",
          "gpt-2",
          "gpt-4o",
          "gpt3-finnish",
          "granite-docling",
          "grok-2",
          "hunyuan",
          "hunyuan-dense",
          "jais",
          "joyai-llm",
          "kanana2",
          "kimi-k2",
          "lfm2",
          "llada-moe",
          "llama-bpe",
          "llama-v3",
          "llama3",
          "llama4",
          "megrez",
          "midm-2.0",
          "minerva-7b",
          "minicpm5",
          "minimax-m2",
          "mpt",
          "olmo",
          "phi-2",
          "pixtral",
          "poro-chat",
          "qwen2",
          "qwen35",
          "refact",
          "seed-coder",
          "smaug-bpe",
          "smollm",
          "solar-open",
          "stablelm2",
          "starcoder",
          "tekken",
          "trillion",
          "viking");

  private final List<Splitter> stages;

  PreTokenizer(Splitter... stages) {
    this.stages = List.of(stages);
  }

  /// Takes words, in order and without gaps.
  interface Words {
    void word(int from, int to);
  }

  /// The rules that llama.cpp knows by this name.
  static Optional<PreTokenizer> byName(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "default" -> byDefault();
          case "gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4" ->
              new PreTokenizer(new Gpt2Splitter());
          case "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b" ->
              new PreTokenizer(numbers(1), new Gpt2Splitter());
          case "falcon" -> falcon();
          case "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "lfm2" ->
              new PreTokenizer(Cl100kSplitter.of(3));
          case "midm-2.0", "dbrx", "smaug-bpe", "glm4", "chatglm-bpe" ->
              new PreTokenizer(Cl100kSplitter.of(3));
          case "qwen2", "deepseek-r1-qwen", "megrez", "stablelm2", "hunyuan", "solar-open" ->
              new PreTokenizer(Cl100kSplitter.of(1));
          case "bailingmoe", "bailingmoe2", "llada-moe", "grok-2" ->
              new PreTokenizer(Cl100kSplitter.of(1));
          case "qwen35" ->
              new PreTokenizer(
                  new Cl100kSplitter(1, true, CharClass.LETTER | CharClass.MARK, true));
          case "seed-coder" ->
              new PreTokenizer(new Cl100kSplitter(1, true, CharClass.LETTER, false));
          case "minicpm5" -> new PreTokenizer(numbers(3), Cl100kSplitter.of(ANY));
          case "deepseek-llm" -> deepSeekLlm();
          case "deepseek-coder" -> deepSeekCoder();
          case "deepseek-v3", "hunyuan-dense", "joyai-llm" -> deepSeek3();
          case "gpt-4o", "llama4", "kanana2", "minimax-m2" ->
              new PreTokenizer(new CasedSplitter(false, true, 3, true));
          case "tekken" -> new PreTokenizer(new CasedSplitter(false, false, 1, true));
          case "kimi-k2" -> kimi();
          case "bloom", "poro-chat", "gpt3-finnish" -> new PreTokenizer(bloom());
          case "viking" -> new PreTokenizer(bloom(), numbers(1));
          default -> null;
        });
  }

  /// Kimi's rules, which its published tokenizer has no name for.
  static PreTokenizer kimi() {
    return new PreTokenizer(new CasedSplitter(true, true, 3, false));
  }

  void split(String text, Words words) {
    split(0, text, 0, text.length(), words);
  }

  private void split(int stage, String text, int from, int to, Words words) {
    if (stage == stages.size()) {
      words.word(from, to);
      return;
    }
    Splitter splitter = stages.get(stage);
    for (int at = from; at < to; ) {
      int end = splitter.end(text, at, to);
      split(stage + 1, text, at, end, words);
      at = end;
    }
  }

  private static RunSplitter numbers(int max) {
    return RunSplitter.of(CharClass::isNumber, max);
  }

  /// `[0-9][0-9][0-9]`.
  static int threeDigits(String text, int from, int to) {
    if (isThreeDigits(text, from, to)) {
      return from + 3;
    }
    int at = from + 1;
    while (at < to && !isThreeDigits(text, at, to)) {
      at++;
    }
    return at;
  }

  private static boolean isThreeDigits(String text, int at, int to) {
    int digits = 0;
    while (digits < 3 && at + digits < to && isAsciiDigit(text.charAt(at + digits))) {
      digits++;
    }
    return digits == 3;
  }

  private static boolean isAsciiDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isFalconMark(int c) {
    return CharClass.in(c, CharClass.PUNCTUATION) || "$+<=>^~|".indexOf(c) >= 0;
  }

  private static PreTokenizer byDefault() {
    return new PreTokenizer(
        RunSplitter.of(PreTokenizer::isFalconMark),
        new Gpt2Splitter(),
        numbers(ANY),
        PreTokenizer::threeDigits);
  }

  private static PreTokenizer falcon() {
    return new PreTokenizer(
        RunSplitter.of(c -> isFalconMark(c) || c == '`'),
        new Gpt2Splitter(),
        PreTokenizer::threeDigits);
  }

  private static PreTokenizer deepSeekLlm() {
    return new PreTokenizer(
        RunSplitter.of(CharClass::isLineBreak, 1),
        RunSplitter.spaced(CodePoints.CASED::get),
        RunSplitter.spaced(CodePoints.FULL_WIDTH_MARKS::get),
        PreTokenizer::trailingSpaces,
        RunSplitter.of(CodePoints.EAST_ASIAN::get),
        numbers(ANY));
  }

  private static PreTokenizer deepSeekCoder() {
    return new PreTokenizer(
        RunSplitter.of(CharClass::isLineBreak, 1),
        RunSplitter.spaced(CharClass::isLetter),
        RunSplitter.spaced(c -> CharClass.in(c, CharClass.PUNCTUATION)),
        RunSplitter.of(CodePoints.EAST_ASIAN::get),
        numbers(1));
  }

  private static PreTokenizer deepSeek3() {
    return new PreTokenizer(
        numbers(3), RunSplitter.of(CodePoints.HAN_AND_KANA::get), new DeepSeekSplitter());
  }

  /// ` ?[^(\s|.,!?…。，、।۔،)]+`.
  private static RunSplitter bloom() {
    return new RunSplitter(
        c -> c == ' ', c -> !CharClass.isSpace(c) && !CodePoints.STOPS.get(c), ANY);
  }

  /// `\s+$`.
  static int trailingSpaces(String text, int from, int to) {
    int start = to;
    while (start > from && CharClass.isSpace(text.charAt(start - 1))) {
      start--;
    }
    return start == from ? to : start;
  }
}
