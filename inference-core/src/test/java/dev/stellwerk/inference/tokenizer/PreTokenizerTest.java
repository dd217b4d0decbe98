package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PreTokenizerTest {
  private static List<String> words(String name, String text) {
    PreTokenizer preTokenizer = PreTokenizer.byName(name).orElseThrow();
    List<String> words = new ArrayList<>();
    preTokenizer.split(
        text,
        (from, to) -> {
          assertTrue(to > from, text);
          words.add(text.substring(from, to));
        });
    return words;
  }

  static List<String> names() {
    return SplitReference.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void splitsAsThePatternDoes(String name) {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      String text = RandomText.next(random, 12);
      assertEquals(SplitReference.words(name, text), words(name, text), () -> name + ": " + text);
    }
  }

  /// None leaves anything out, and none takes quadratic time: a megabyte of whatever a pattern may
  /// have to look far ahead or back in.
  @Test
  void everyNameCoversLongRunsInLittleTime() {
    for (String name : PreTokenizer.SUPPORTED) {
      CpuTime time = new CpuTime();
      for (String run :
          List.of("a", "A", " ", "\n", " \n", "7", "!", "信", "🦙", "中A", "\u0301", "' ")) {
        String text = run.repeat((1 << 20) / run.length()) + "x";
        int[] covered = new int[1];
        PreTokenizer.byName(name)
            .orElseThrow()
            .split(
                text,
                (from, to) -> {
                  assertEquals(covered[0], from);
                  covered[0] = to;
                });
        assertEquals(text.length(), covered[0], name);
      }
      time.assertAtMost(20_000, name);
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
}
