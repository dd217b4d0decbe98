package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreTokenizerTest {
  private static List<String> words(String name, String text) {
    PreTokenizer preTokenizer = PreTokenizer.byName(name).orElseThrow();
    List<String> words = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int end = preTokenizer.end(text, from);
      assertTrue(end > from && end <= text.length(), text);
      words.add(text.substring(from, end));
      from = end;
    }
    return words;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "qwen2", "llama-bpe"})
  void splitsAsThePatternDoes(String name) {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      String text = RandomText.next(random, 12);
      assertEquals(
          BpeReference.words(Objects.requireNonNull(BpeReference.PATTERNS.get(name)), text),
          words(name, text),
          () -> name + ": " + text);
    }
  }

  @Test
  void qwen2CutsEveryDigitApart() {
    assertEquals(
        List.of("It", "'S", " ", "1", "2", "3", "4", ",", " okay", "\n\n", "  ", " x"),
        words("qwen2", "It'S 1234, okay\n\n   x"));
  }

  @Test
  void llamaKeepsThreeDigits() {
    assertEquals(List.of("a", " ", "123", "4"), words("llama-bpe", "a 1234"));
  }

  @Test
  void gpt2KeepsTheSpaceBeforeDigitsAndItsCase() {
    assertEquals(
        List.of("It", "'s", " 1234", " IT", "'", "S", "\n", " x"),
        words("gpt-2", "It's 1234 IT'S\n x"));
  }

  @Test
  void kimiCutsAtHanAndAtCase() {
    assertEquals(
        List.of("camel", "Case's", " ", "123", "4", "信号", "きBox", "!\n", "  ", " x"),
        words("kimi-k2", "camelCase's 1234信号きBox!\n   x"));
  }

  @Test
  void kimiCoversEveryCodePoint() {
    Random random = new Random(8);
    for (int i = 0; i < 5_000; i++) {
      String text = RandomText.next(random, 12);
      assertEquals(text, String.join("", words("kimi-k2", text)));
    }
  }
}
