package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.GgufWriter;
import dev.stellwerk.inference.format.ModelFileException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BpeTokenizerTest {
  @TempDir private Path folder;

  private static String text(Tokenizer tokenizer, Tokens tokens) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int id : tokens.toArray()) {
      out.writeBytes(tokenizer.bytes(id));
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static int id(Tokenizer tokenizer, String special) {
    return tokenizer.special(special).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "qwen2", "starcoder", "gpt-4o", "kimi-k2", "deepseek-v3"})
  void encodesAsTheReferenceDoes(String pre) {
    Path file = SmallVocabulary.writer(pre).write(folder.resolve("v.gguf"));
    try (Gguf gguf = Gguf.open(file)) {
      BpeTokenizer tokenizer = BpeTokenizer.load(gguf);
      BpeReference reference = new BpeReference(gguf, pre);
      Random random = new Random(9);
      for (int i = 0; i < 5_000; i++) {
        String text = RandomText.next(random, 20);
        assertArrayEquals(reference.encode(text), tokenizer.encodeText(text).toArray(), () -> text);
      }
    }
  }

  @Test
  void queueAndScanMergeAlike() {
    Path file = SmallVocabulary.writer("qwen2").write(folder.resolve("v.gguf"));
    try (Gguf gguf = Gguf.open(file)) {
      BpeTokenizer tokenizer = BpeTokenizer.load(gguf);
      BpeReference reference = new BpeReference(gguf, "qwen2");
      Random random = new Random(10);
      String letters = "thesignalboxpointsreadtheinratÜüбсn";
      for (int length : new int[] {1, 47, 48, 49, 50, 97, 400}) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
          word.append(letters.charAt(random.nextInt(letters.length())));
        }
        assertArrayEquals(
            reference.encode(word.toString()), tokenizer.encodeText(word.toString()).toArray());
      }
    }
  }

  @Test
  void textSurvivesTheRoundTrip() {
    for (String pre : List.of("gpt-2", "qwen2", "llama-bpe", "kimi-k2")) {
      BpeTokenizer tokenizer = SmallVocabulary.tokenizer(folder, pre);
      Random random = new Random(11);
      for (int i = 0; i < 500; i++) {
        String text = RandomText.next(random, 30);
        assertEquals(text, text(tokenizer, tokenizer.encodeText(text)));
        assertEquals(
            tokenizer.encodeText(text), tokenizer.encodeRendered(tokenizer.neutralise(text)));
      }
    }
  }

  @Test
  void renderedTextFormsSpecialTokens() {
    BpeTokenizer tokenizer = SmallVocabulary.tokenizer(folder, "qwen2");
    Tokens tokens = tokenizer.encodeRendered("<|im_user|>user<|im_middle|>the<|im_end|>[EOS]x");
    assertEquals(id(tokenizer, "<|im_user|>"), tokens.get(0));
    List<Integer> ids = Arrays.stream(tokens.toArray()).boxed().toList();
    assertTrue(ids.contains(id(tokenizer, "<|im_end|>")));
    assertTrue(ids.contains(id(tokenizer, "[EOS]")));
    assertEquals("userthex", text(tokenizer, tokens));
    assertEquals(0, tokenizer.encodeRendered("").size());
  }

  @Test
  void plainTextFormsNone() {
    BpeTokenizer tokenizer = SmallVocabulary.tokenizer(folder, "qwen2");
    for (String special : SmallVocabulary.SPECIALS) {
      Tokens tokens = tokenizer.encodeText(special);
      assertEquals(special, text(tokenizer, tokens));
      assertTrue(tokens.size() > 1);
    }
  }

  @Test
  void classifiesTokens() {
    BpeTokenizer tokenizer = SmallVocabulary.tokenizer(folder, "qwen2");
    int end = id(tokenizer, "<|im_end|>");
    assertTrue(tokenizer.isControl(end));
    assertTrue(tokenizer.isEndOfGeneration(end));
    assertTrue(tokenizer.isEndOfGeneration(id(tokenizer, "[EOS]")));
    assertFalse(tokenizer.isEndOfGeneration(id(tokenizer, "<|im_user|>")));
    assertEquals(0, tokenizer.bytes(end).length);
    int think = id(tokenizer, "<think>");
    assertFalse(tokenizer.isControl(think));
    assertArrayEquals("<think>".getBytes(StandardCharsets.UTF_8), tokenizer.bytes(think));
    assertTrue(tokenizer.special("<|reserved|>").isEmpty(), "unused tokens are never matched");
    assertTrue(tokenizer.isControl(tokenizer.vocabularySize() - 1));
    assertTrue(tokenizer.special("the").isEmpty());
    assertFalse(tokenizer.isControl(0));
  }

  @Test
  void refusesLongText() {
    BpeTokenizer tokenizer = SmallVocabulary.tokenizer(folder, "qwen2");
    String text = "x".repeat(Tokenizers.TEXT_CHARS_MAX + 1);
    assertThrows(IllegalArgumentException.class, () -> tokenizer.encodeText(text));
    assertThrows(IllegalArgumentException.class, () -> tokenizer.encodeRendered(text));
  }

  @Test
  void oneWordOfTheGreatestLengthTakesNoTime() {
    BpeTokenizer tokenizer = SmallVocabulary.tokenizer(folder, "qwen2");
    String text = "then".repeat(Tokenizers.TEXT_CHARS_MAX / 4);
    CpuTime time = new CpuTime();
    assertEquals(text, text(tokenizer, tokenizer.encodeText(text)));
    time.assertAtMost(20_000, "one long word");
  }

  private void refused(GgufWriter writer, String key, String reason) {
    Path file = writer.write(folder.resolve("bad.gguf"));
    try (Gguf gguf = Gguf.open(file)) {
      String message =
          assertThrows(ModelFileException.class, () -> BpeTokenizer.load(gguf)).getMessage();
      assertTrue(message.startsWith(file + ": " + key), message);
      assertTrue(message.contains(reason), message);
    }
  }

  private static GgufWriter start(String model, String pre) {
    return new GgufWriter().string("tokenizer.ggml.model", model).string("tokenizer.ggml.pre", pre);
  }

  @Test
  void refusesWhatItCannotTokenise() {
    refused(new GgufWriter(), "tokenizer.ggml.model", "is missing");
    refused(start("llama", "qwen2"), "tokenizer.ggml.model", "llama; supported: gpt2");
    refused(
        SmallVocabulary.writer("superbpe"),
        "tokenizer.ggml.pre",
        "superbpe; supported: bailingmoe,");
    refused(start("gpt2", "qwen2"), "tokenizer.ggml.tokens", "is missing");
    refused(
        start("gpt2", "qwen2").strings("tokenizer.ggml.tokens", List.of()),
        "tokenizer.ggml.tokens",
        "0 tokens");
    refused(
        start("gpt2", "qwen2").strings("tokenizer.ggml.tokens", List.of("a")),
        "tokenizer.ggml.tokens",
        "no token for byte 32");
    refused(
        start("gpt2", "qwen2")
            .strings("tokenizer.ggml.tokens", List.of("a"))
            .i32s("tokenizer.ggml.token_type", 1, 1),
        "tokenizer.ggml.token_type",
        "2 types; expected 1");
    refused(
        start("gpt2", "qwen2")
            .strings("tokenizer.ggml.tokens", List.of("a"))
            .i32s("tokenizer.ggml.token_type", 6),
        "tokenizer.ggml.token_type",
        "token 0 has type 6");
    refused(
        start("gpt2", "qwen2")
            .strings("tokenizer.ggml.tokens", List.of("<\uFDD0>"))
            .i32s("tokenizer.ggml.token_type", 3),
        "tokenizer.ggml.tokens",
        "noncharacter");
    refused(
        SmallVocabulary.writer("qwen2").u32("tokenizer.ggml.eot_token_id", 70_000),
        "tokenizer.ggml.eot_token_id",
        "70000; expected a token id below");
  }

  @Test
  void refusesBrokenMerges() {
    List<String> bytes =
        IntStream.range(0, 256).mapToObj(b -> String.valueOf(ByteAlphabet.charOf(b))).toList();
    GgufWriter noSpace =
        start("gpt2", "qwen2")
            .strings("tokenizer.ggml.tokens", bytes)
            .strings("tokenizer.ggml.merges", List.of("ab"));
    refused(noSpace, "tokenizer.ggml.merges", "merge 0 is not two tokens");
    GgufWriter unknown =
        start("gpt2", "qwen2")
            .strings("tokenizer.ggml.tokens", bytes)
            .strings("tokenizer.ggml.merges", List.of("a b"));
    refused(unknown, "tokenizer.ggml.merges", "merge 0 names a text that is no normal token");
  }
}
