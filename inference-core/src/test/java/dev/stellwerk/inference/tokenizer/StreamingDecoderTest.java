package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams of every kind of tokenizer: whole code points only, and the text that the bytes make.
class StreamingDecoderTest {
  @TempDir private Path folder;

  private Map<String, Tokenizer> tokenizers() throws IOException {
    Map<String, Tokenizer> all = new LinkedHashMap<>();
    all.put("byte-level BPE", SmallVocabulary.tokenizer(folder, "qwen2"));
    all.put("SentencePiece", SentencePieceTokenizerTest.tokenizer(folder));
    Path json = Files.createDirectory(folder.resolve("json"));
    Files.writeString(json.resolve("tokenizer.json"), TokenizerDirectoryTest.json(json).toString());
    all.put("tokenizer.json", Tokenizers.load(json));
    Path kimi = Files.createDirectory(folder.resolve("kimi"));
    Files.writeString(kimi.resolve("tiktoken.model"), TokenizerDirectoryTest.ranks("ab", "é", "信"));
    Files.writeString(kimi.resolve("tokenizer_config.json"), TokenizerDirectoryTest.KIMI);
    all.put("tiktoken", Tokenizers.load(kimi));
    return all;
  }

  @Test
  void everyTextComesBackInWholeCodePoints() throws IOException {
    for (Map.Entry<String, Tokenizer> each : tokenizers().entrySet()) {
      Tokenizer tokenizer = each.getValue();
      Random random = new Random(21);
      for (int i = 0; i < 2_000; i++) {
        String text = RandomText.next(random, 12).replace("\uFFFD", "");
        StringBuilder out = new StringBuilder();
        StreamingDecoder decoder = tokenizer.decoder();
        for (int id : tokenizer.encodeText(text).toArray()) {
          String part = decoder.accept(id);
          assertWhole(part, each.getKey());
          assertFalse(part.contains("\uFFFD"), each.getKey());
          out.append(part);
        }
        assertEquals("", decoder.finish());
        String space = each.getKey().equals("SentencePiece") && !text.isEmpty() ? " " : "";
        assertEquals(space + text, out.toString(), each.getKey());
      }
    }
  }

  /// Any tokens at all, as a model without a constraint may generate them.
  @Test
  void anyTokensDecodeAsTheirBytesDo() throws IOException {
    for (Map.Entry<String, Tokenizer> each : tokenizers().entrySet()) {
      Tokenizer tokenizer = each.getValue();
      Random random = new Random(22);
      for (int i = 0; i < 2_000; i++) {
        StreamingDecoder decoder = tokenizer.decoder();
        StringBuilder out = new StringBuilder();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int count = random.nextInt(30); count > 0; count--) {
          int id = random.nextInt(tokenizer.vocabularySize());
          String part = decoder.accept(id);
          assertWhole(part, each.getKey());
          out.append(part);
          bytes.writeBytes(tokenizer.bytes(id));
        }
        out.append(decoder.finish());
        assertEquals(lenient(bytes.toByteArray()), out.toString(), each.getKey());
      }
    }
  }

  private static void assertWhole(String part, String kind) {
    assertTrue(
        part.isEmpty()
            || (!Character.isHighSurrogate(part.charAt(part.length() - 1))
                && !Character.isLowSurrogate(part.charAt(0))),
        kind);
  }

  /// The longest prefix that some code point begins with, again and again: the definition, slowly.
  private static String lenient(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < bytes.length; ) {
      int length = 1;
      boolean whole = isUtf8(bytes, at, 1);
      for (int more = 2; more <= 4 && at + more <= bytes.length && !whole; more++) {
        if (!begins(bytes, at, more)) {
          break;
        }
        length = more;
        whole = isUtf8(bytes, at, more);
      }
      out.append(whole ? new String(bytes, at, length, StandardCharsets.UTF_8) : "\uFFFD");
      at += length;
    }
    return out.toString();
  }

  private static boolean isUtf8(byte[] bytes, int from, int length) {
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0;
  }

  /// Whether some code point's UTF-8 begins with these bytes.
  private static boolean begins(byte[] bytes, int from, int length) {
    for (int fill : new int[] {0x80, 0x90, 0xA0, 0xBF}) {
      for (int total = length; total <= 4; total++) {
        byte[] whole = new byte[total];
        Arrays.fill(whole, (byte) fill);
        System.arraycopy(bytes, from, whole, 0, length);
        String text = new String(whole, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0 && text.codePointCount(0, text.length()) == 1) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void replacesMaximalSubparts() {
    Tokenizer tokenizer = SmallVocabulary.tokenizer(folder, "qwen2");
    // From the table of the Unicode standard, section 3.9, and Python's bytes.decode.
    assertDecodes("\uFFFD\uFFFD\uFFFDA", tokenizer, 0xED, 0xA0, 0x80, 'A');
    assertDecodes("\uFFFD\uFFFD\uFFFDA", tokenizer, 0xE0, 0x80, 0x80, 'A');
    assertDecodes("\uFFFD\uFFFD\uFFFD\uFFFD", tokenizer, 0xF4, 0x90, 0x80, 0x80);
    assertDecodes("\uFFFD\uFFFDA", tokenizer, 0xC0, 0x80, 'A');
    assertDecodes("\uFFFDA\uFFFDB", tokenizer, 0xE1, 0x80, 'A', 0xE2, 'B');
    assertDecodes("\uFFFD\uFFFD", tokenizer, 0xF1, 0x80, 0x80, 0xF1);
    assertDecodes("\uFFFD€", tokenizer, 0xF0, 0x9F, 0xA6, 0xE2, 0x82, 0xAC);
  }

  private static void assertDecodes(String expected, Tokenizer tokenizer, int... byteTokens) {
    StreamingDecoder decoder = tokenizer.decoder();
    StringBuilder out = new StringBuilder();
    for (int token : byteTokens) {
      out.append(decoder.accept(token));
    }
    assertEquals(expected, out + decoder.finish());
  }
}
