package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kimi K2.5's real tokenizer, from outside the repository, against OpenAI's tiktoken.
class KimiTokenizerTest {
  /// SHA-256 of the ids, as big-endian 32-bit numbers, that the Python package tiktoken 0.14.0
  /// gives for [#text] with Moonshot's published pattern and ranks.
  private static final String TIKTOKEN =
      "f1b724cdb27d4be809dc3dbcc19a86e892d4be8532e7293e32123c6df0a51fce";

  private static final int TEXT_BYTES = 3 << 20;

  @TempDir private Path folder;

  /// Half corners of the patterns, half pieces of the vocabulary: words, code, CJK, emoji.
  private static String text(Tokenizer tokenizer) {
    Random random = new Random(20_261_124);
    StringBuilder text = new StringBuilder();
    int bytes = 0;
    while (bytes < TEXT_BYTES) {
      String part = RandomText.next(random, 6);
      int token = random.nextInt(163_584);
      String piece = new String(tokenizer.bytes(token), StandardCharsets.UTF_8);
      part = piece.indexOf('\uFFFD') < 0 ? part + piece.repeat(1 + random.nextInt(2)) : part;
      text.append(part);
      bytes += part.getBytes(StandardCharsets.UTF_8).length;
    }
    return text.toString();
  }

  @Test
  void encodesAsTiktokenDoes() throws Exception {
    Optional<Path> data = DataFiles.unpack("kimi-k2.5-tokenizer.tar.xz", folder);
    if (data.isEmpty()) {
      return;
    }
    Tokenizer tokenizer = Tokenizers.load(data.get().resolve("kimi_tokenizer"));
    assertEquals(163_840, tokenizer.vocabularySize());
    assertEquals(163_595, tokenizer.special("<|tool_calls_section_begin|>").orElse(-1));
    assertEquals(163_607, tokenizer.special("</think>").orElse(-1));
    assertTrue(tokenizer.isEndOfGeneration(163_586));
    assertTrue(tokenizer.isControl(163_586));
    assertFalse(tokenizer.isControl(163_595));
    assertEquals("<|reserved_token_163837|>", tokenizer.piece(163_837));
    assertTrue(tokenizer.begin().isEmpty());

    String text = text(tokenizer);
    int[] ids = tokenizer.encodeText(text).toArray();
    assertEquals(TIKTOKEN, hash(ids));
    System.out.println(
        "Kimi K2.5: "
            + text.getBytes(StandardCharsets.UTF_8).length
            + " bytes, "
            + ids.length
            + " tokens, as tiktoken encodes them");
  }

  private static String hash(int[] ids) throws IOException, NoSuchAlgorithmException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length);
    bytes.asIntBuffer().put(ids);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
  }
}
