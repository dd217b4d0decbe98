package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// No part of a stop string gets out, and nothing else is kept.
class StopStringsTest {
  @Test
  void holdsBackWhatCouldBecomeAStopString() {
    StopStrings stops = new StopStrings(List.of("END", "\n\n"));
    assertEquals("abc", stops.accept("abcE"));
    assertEquals("EN", stops.accept("NE"));
    assertEquals("", stops.accept("N"));
    assertEquals("", stops.accept("D and more"));
    assertTrue(stops.stopped());
    assertEquals("END", stops.found());
    assertEquals("", stops.accept("ignored"));
    assertEquals("", stops.finish());
  }

  @Test
  void whatWasHeldBackInVainComesOutAtTheEnd() {
    StopStrings stops = new StopStrings(List.of("\n\n"));
    assertEquals("line", stops.accept("line\n"));
    assertEquals("\n", stops.finish());
    assertFalse(stops.stopped());
  }

  @Test
  void withoutStopStringsEverythingPasses() {
    StopStrings stops = new StopStrings(List.of());
    assertEquals("anything", stops.accept("anything"));
    assertEquals("", stops.finish());
  }

  /// Whatever the cuts, the result is what a search in the whole text says.
  @Test
  void cutsDoNotMatter() {
    Random random = new Random(5);
    for (int round = 0; round < 20_000; round++) {
      String text = text(random, random.nextInt(30));
      List<String> stops = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        stops.add(text(random, 1 + random.nextInt(4)));
      }
      int end = end(text, stops);
      StopStrings streamed = new StopStrings(stops);
      StringBuilder out = new StringBuilder();
      int from = 0;
      while (from < text.length()) {
        int to = Math.min(text.length(), from + 1 + random.nextInt(5));
        out.append(streamed.accept(text.substring(from, to)));
        from = to;
        assertTrue(text.startsWith(out.toString()), "what was shown stays");
      }
      out.append(streamed.finish());
      assertEquals(text.substring(0, end), out.toString(), () -> text + " " + stops);
      assertEquals(end < text.length(), streamed.stopped());
    }
  }

  /// Where the stop string starts that is complete first.
  private static int end(String text, List<String> stops) {
    for (int to = 0; to <= text.length(); to++) {
      int start = Integer.MAX_VALUE;
      for (String stop : stops) {
        if (text.substring(0, to).endsWith(stop)) {
          start = Math.min(start, to - stop.length());
        }
      }
      if (start < Integer.MAX_VALUE) {
        return start;
      }
    }
    return text.length();
  }

  @Test
  void refusesWhatItCannotWatchFor() {
    assertThrows(IllegalArgumentException.class, () -> new StopStrings(List.of("")));
    assertThrows(IllegalArgumentException.class, () -> new StopStrings(List.of("x".repeat(2_000))));
    assertThrows(
        IllegalArgumentException.class, () -> new StopStrings(Collections.nCopies(17, "x")));
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(3)));
    }
    return text.toString();
  }
}
