package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Utf8DecoderTest {
  @TempDir private Path folder;

  /// The tokens of single bytes, which are the first 256 of the small vocabulary.
  private static int[] byteTokens(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = bytes[i] & 0xFF;
    }
    return tokens;
  }

  @Test
  void neverEmitsHalfACodePoint() {
    BpeTokenizer tokenizer = SmallVocabulary.tokenizer(folder, "qwen2");
    StreamingDecoder decoder = tokenizer.decoder();
    String text = "aß€🦙z";
    StringBuilder out = new StringBuilder();
    for (int token : byteTokens(text)) {
      String part = decoder.accept(token);
      assertFalse(part.contains("\uFFFD"));
      assertFalse(!part.isEmpty() && Character.isHighSurrogate(part.charAt(part.length() - 1)));
      out.append(part);
    }
    assertEquals(text, out + decoder.finish());
  }

  @Test
  void replacesWhatNeverCompletes() {
    BpeTokenizer tokenizer = SmallVocabulary.tokenizer(folder, "qwen2");
    StreamingDecoder decoder = tokenizer.decoder();
    assertEquals("", decoder.accept(0xF0));
    assertEquals("", decoder.accept(0x9F));
    assertEquals("\uFFFDa", decoder.accept('a'));
    assertEquals("\uFFFD", decoder.accept(0xFF));
    assertEquals("", decoder.accept(0xE2));
    assertEquals("\uFFFD", decoder.finish());
    assertEquals("", decoder.finish());
  }

  @Test
  void controlTokensAreNoText() {
    BpeTokenizer tokenizer = SmallVocabulary.tokenizer(folder, "qwen2");
    StreamingDecoder decoder = tokenizer.decoder();
    assertEquals("", decoder.accept(0xC3));
    assertEquals("", decoder.accept(tokenizer.special("<|im_end|>").orElseThrow()));
    assertEquals("ß", decoder.accept(0x9F));
    assertEquals("<think>", decoder.accept(tokenizer.special("<think>").orElseThrow()));
  }
}
