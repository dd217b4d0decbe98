package dev.stellwerk.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DescriptionsTest {
  @Test
  void cutsAfterTheLastWholeSentence() {
    assertEquals(
        "Reads a file. Use it well.",
        Descriptions.shorten("Reads a file. Use it well. And more that does not fit.", 30));
    assertEquals("Is it? Yes!", Descriptions.shorten("Is it? Yes! No more room here", 12));
    assertEquals("Version 1.5 x…", Descriptions.shorten("Version 1.5 x of the thing", 15));
    assertEquals("Give a name, e.g.…", Descriptions.shorten("Give a name, e.g. abcdefgh", 20));
  }

  @Test
  void keepsWhatFits() {
    assertEquals("Reads a file.", Descriptions.shorten("Reads a file.", 13));
    assertEquals("", Descriptions.shorten("", 5));
    assertEquals("…", Descriptions.shorten("abc", 1));
  }

  @Test
  void cutsAfterAWordAndNeverThroughASurrogatePair() {
    assertEquals("one two…", Descriptions.shorten("one two three", 10));
    assertEquals("😀…", Descriptions.shorten("😀😀😀", 4));
  }

  @Test
  void stripsControlAndInvisibleCharacters() {
    assertEquals("a b c", Descriptions.shorten("\u0007a\r\n\tb\u00a0\u200b c\u0000", 50));
    assertEquals("safe", Descriptions.shorten("sa\u202efe\ufeff\udb40\udc41", 50));
    assertEquals("x", Descriptions.shorten("x\ud800", 50));
  }

  @Test
  void ahugeTextIsCutWithoutReadingItAll() {
    String huge = "word ".repeat(20_000_000);
    long begun = System.nanoTime();
    assertTrue(Descriptions.shorten(huge, 160).length() <= 160);
    assertTrue(System.nanoTime() - begun < 1_000_000_000L);
  }
}
