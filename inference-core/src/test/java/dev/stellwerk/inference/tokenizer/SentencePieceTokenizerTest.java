package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.engine.Tokens;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.GgufWriter;
import dev.stellwerk.inference.format.ModelFileException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencePieceTokenizerTest {
  private static final List<String> SPECIALS =
      List.of("<unk>", "<s>", "</s>", "<|user|>", "</think>");
  private static final List<String> PIECES =
      List.of(
          "▁", "t", "h", "e", "s", "i", "g", "n", "a", "l", "ü", "信", "<", ">", "/", "|", "u", "r",
          "▁t", "he", "▁the", "si", "gn", "sign", "al", "▁sign", "▁▁", "▁▁▁▁", "s>", "</", "al▁s",
          "ls", "in", "an", "en");

  @TempDir private Path folder;

  static GgufWriter writer(boolean innerSpaces) {
    List<String> tokens = new ArrayList<>(SPECIALS);
    List<Integer> types = new ArrayList<>(List.of(2, 3, 3, 3, 4));
    for (int b = 0; b < 256; b++) {
      tokens.add("<0x%02X>".formatted(b));
      types.add(6);
    }
    for (String piece : PIECES) {
      if (innerSpaces || !piece.equals("al▁s")) {
        tokens.add(piece);
        types.add(1);
      }
    }
    float[] scores = new float[tokens.size()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = -((id * 7919) % 23); // with equals among them
    }
    return new GgufWriter()
        .string("tokenizer.ggml.model", "llama")
        .strings("tokenizer.ggml.tokens", tokens)
        .i32s("tokenizer.ggml.token_type", types.stream().mapToInt(Integer::intValue).toArray())
        .f32s("tokenizer.ggml.scores", scores)
        .u32("tokenizer.ggml.bos_token_id", 1)
        .u32("tokenizer.ggml.eos_token_id", 2);
  }

  /// A small tokenizer of this kind.
  static Tokenizer tokenizer(Path folder) {
    try (Gguf gguf = Gguf.open(writer(false).write(folder.resolve("pieces.gguf")))) {
      return Tokenizers.load(gguf);
    }
  }

  private Tokenizer load(GgufWriter writer) {
    try (Gguf gguf = Gguf.open(writer.write(folder.resolve("v.gguf")))) {
      return Tokenizers.load(gguf);
    }
  }

  private static String text(Tokenizer tokenizer, Tokens tokens) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int id : tokens.toArray()) {
      out.writeBytes(tokenizer.bytes(id));
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /// The merges over strings, all of the text at once.
  private static List<String> reference(String text, float[] scores, List<String> tokens) {
    List<String> symbols =
        new ArrayList<>(
            ("▁" + text.replace(' ', '▁')).codePoints().mapToObj(Character::toString).toList());
    while (true) {
      int best = -1;
      float bestScore = Float.NEGATIVE_INFINITY;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        int id = tokens.lastIndexOf(symbols.get(i) + symbols.get(i + 1));
        if (id >= 261 && scores[id] > bestScore) {
          best = i;
          bestScore = scores[id];
        }
      }
      if (best < 0) {
        return symbols;
      }
      symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
    }
  }

  @Test
  void mergesAsSentencePieceDoes() {
    for (boolean innerSpaces : new boolean[] {true, false}) {
      Tokenizer tokenizer = load(writer(innerSpaces));
      List<String> tokens = new ArrayList<>();
      float[] scores = new float[tokenizer.vocabularySize()];
      for (int id = 0; id < tokenizer.vocabularySize(); id++) {
        tokens.add(tokenizer.piece(id).replace(' ', '▁'));
        scores[id] = -((id * 7919) % 23);
      }
      Random random = new Random(5);
      String letters = "   thesignaleüü信<>/s|";
      for (int i = 0; i < 3_000; i++) {
        StringBuilder built = new StringBuilder();
        for (int count = 1 + random.nextInt(90); count > 0; count--) {
          built.append(letters.charAt(random.nextInt(letters.length())));
        }
        String text = built.toString();
        int[] ids = tokenizer.encodeText(text).toArray();
        List<String> pieces =
            Arrays.stream(ids).mapToObj(id -> tokenizer.piece(id).replace(' ', '▁')).toList();
        assertEquals(reference(text, scores, tokens), pieces, text);
      }
    }
  }

  @Test
  void charactersWithoutAPieceBecomeBytes() {
    Tokenizer tokenizer = load(writer(false));
    int a = SPECIALS.size();
    assertArrayEquals(
        new int[] {a + 256, a + 0xF0, a + 0x9F, a + 0xA6, a + 0x99, a + 0x0A},
        tokenizer.encodeText("🦙\n").toArray());
    assertEquals(" 🦙\n", text(tokenizer, tokenizer.encodeText("🦙\n")));
  }

  @Test
  void spacesAndPromptTokensFollowTheFile() {
    Tokenizer tokenizer = load(writer(false));
    assertEquals(0, tokenizer.encodeText("").size());
    assertEquals(1, tokenizer.begin().orElseThrow());
    assertTrue(tokenizer.end().isEmpty());
    assertEquals(1, tokenizer.encodePrompt("the").get(0));
    assertEquals(List.of("<s>", " the"), pieces(tokenizer, tokenizer.encodePrompt("the")));
    Tokenizer bare =
        load(
            writer(false)
                .flag("tokenizer.ggml.add_space_prefix", false)
                .flag("tokenizer.ggml.add_bos_token", false)
                .flag("tokenizer.ggml.add_eos_token", true));
    assertEquals(List.of("t", "he", "</s>"), pieces(bare, bare.encodePrompt("the")));
  }

  private static List<String> pieces(Tokenizer tokenizer, Tokens tokens) {
    return Arrays.stream(tokens.toArray()).mapToObj(tokenizer::piece).toList();
  }

  @Test
  void specialTokensComeFromTemplatesOnly() {
    Tokenizer tokenizer = load(writer(false));
    assertEquals(
        List.of("<|user|>", " the", "</s>", "</think>"),
        pieces(tokenizer, tokenizer.encodeRendered("<|user|>the</s></think>")));
    for (String text : List.of("<s>", "a</s>", "<|user|>", "</think>", "<0x0A>", "<unk>", "x<s")) {
      for (int id : tokenizer.encodeText(text).toArray()) {
        assertTrue(id >= SPECIALS.size(), text);
      }
      Tokens rendered = tokenizer.encodeRendered("<s>" + tokenizer.neutralise(text) + "</s>");
      int[] inner = Arrays.copyOfRange(rendered.toArray(), 1, rendered.size() - 1);
      assertEquals(tokenizer.encodeText(text), Tokens.of(inner), text);
      assertEquals(" " + text, text(tokenizer, rendered));
    }
  }

  @Test
  void oneLongWordTakesLittleTime() {
    for (boolean innerSpaces : new boolean[] {true, false}) {
      Tokenizer tokenizer = load(writer(innerSpaces));
      for (String run : List.of("s", "signal", " ", "信", "🦙", "the ")) {
        String text = run.repeat((1 << 20) / run.length());
        CpuTime time = new CpuTime();
        assertEquals(" " + text, text(tokenizer, tokenizer.encodeText(text)));
        time.assertAtMost(10_000, run);
      }
    }
  }

  @Test
  void refusesWhatIsBroken() {
    refused(start().strings("tokenizer.ggml.tokens", List.of("a")), "no token for byte 0");
    refused(
        start()
            .strings("tokenizer.ggml.tokens", List.of("<0xZZ>"))
            .i32s("tokenizer.ggml.token_type", 6),
        "byte token 0 is <0xZZ>, not <0xXX>");
    refused(
        start().strings("tokenizer.ggml.tokens", List.of("a")).i32s("tokenizer.ggml.token_type", 7),
        "token 0 has type 7; expected 1 to 6");
    refused(
        new GgufWriter().string("tokenizer.ggml.model", "t5"),
        "t5; supported: gpt2, llama and gemma4");
  }

  private static GgufWriter start() {
    return new GgufWriter().string("tokenizer.ggml.model", "llama");
  }

  private void refused(GgufWriter writer, String reason) {
    String message =
        Assertions.assertThrows(ModelFileException.class, () -> load(writer)).getMessage();
    assertTrue(message.contains(reason), message);
  }
}
