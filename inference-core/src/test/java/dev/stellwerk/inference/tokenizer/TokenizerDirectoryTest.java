package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerDirectoryTest {
  private static final String QWEN2 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  static final String KIMI = "{\"tokenizer_class\": \"TikTokenTokenizer\"}";

  @TempDir private Path folder;

  /// The small vocabulary as a `tokenizer.json` of Qwen 2's kind.
  static ObjectNode json(Path folder) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode added = json.putArray("added_tokens");
    ObjectNode split = json.putObject("pre_tokenizer").put("type", "Sequence");
    ArrayNode steps = split.putArray("pretokenizers");
    ObjectNode pattern = steps.addObject().put("type", "Split").put("behavior", "Isolated");
    pattern.putObject("pattern").put("Regex", QWEN2);
    steps
        .addObject()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("use_regex", false);
    ObjectNode model = json.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    try (Gguf gguf = Gguf.open(SmallVocabulary.writer("qwen2").write(folder.resolve("v.gguf")))) {
      List<String> tokens = gguf.requiredStrings("tokenizer.ggml.tokens");
      long[] types = gguf.requiredIntegers("tokenizer.ggml.token_type");
      for (int id = 0; id < types.length; id++) {
        if (types[id] == 1) {
          vocabulary.put(tokens.get(id), id);
        } else {
          added
              .addObject()
              .put("id", id)
              .put("content", tokens.get(id))
              .put("special", types[id] != 4);
        }
      }
      ArrayNode merges = model.putArray("merges");
      boolean pairs = false;
      for (String merge : gguf.requiredStrings("tokenizer.ggml.merges")) {
        if (pairs) {
          merges.addArray().add(merge.split(" ", -1)[0]).add(merge.split(" ", -1)[1]);
        } else {
          merges.add(merge);
        }
        pairs = !pairs; // files have either kind; the reader takes both
      }
    }
    return json;
  }

  private Tokenizer load(ObjectNode json) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json.toString());
    return Tokenizers.load(folder);
  }

  @Test
  void readsTheSameTokenizerFromBothKindsOfFile() throws IOException {
    Tokenizer tokenizer = load(json(folder));
    BpeTokenizer same = SmallVocabulary.tokenizer(folder, "qwen2");
    assertEquals(same.vocabularySize(), tokenizer.vocabularySize());
    Random random = new Random(3);
    for (int i = 0; i < 2_000; i++) {
      String text = RandomText.next(random, 20);
      assertEquals(same.encodeText(text), tokenizer.encodeText(text), text);
      assertEquals(same.neutralise(text), tokenizer.neutralise(text));
    }
    String rendered = "<|im_user|>user<think>the</think><|im_end|>";
    assertEquals(same.encodeRendered(rendered), tokenizer.encodeRendered(rendered));
    assertTrue(tokenizer.isEndOfGeneration(tokenizer.special("<|im_end|>").orElseThrow()));
  }

  @Test
  void foldersSayWhatIsAroundAPrompt() throws IOException {
    ObjectNode json = json(folder);
    ObjectNode template = json.putObject("post_processor").put("type", "TemplateProcessing");
    template.putArray("single").addObject().putObject("SpecialToken").put("id", "[BOS]");
    Tokenizer tokenizer = load(json);
    int begin = tokenizer.special("[BOS]").orElseThrow();
    assertEquals(begin, tokenizer.encodePrompt("the").get(0));
    assertTrue(tokenizer.end().isEmpty());
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"add_bos_token\": false, \"add_eos_token\": true, \"eos_token\": {\"content\": \"[PAD]\"}}");
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [1, 5]}");
    tokenizer = load(json);
    assertTrue(tokenizer.begin().isEmpty());
    assertEquals(tokenizer.special("[PAD]"), tokenizer.end());
    assertTrue(tokenizer.isEndOfGeneration(tokenizer.special("[PAD]").orElseThrow()));
    assertTrue(tokenizer.isEndOfGeneration(5));
  }

  @Test
  void normalisesWhereTheFileSaysSo() throws IOException {
    ObjectNode json = json(folder);
    Tokenizer plain = load(json);
    json.putObject("normalizer").put("type", "NFC");
    Tokenizer composing = load(json);
    assertEquals(plain.encodeText("Über"), composing.encodeText("U\u0308ber"));
    assertFalse(plain.encodeText("Über").equals(plain.encodeText("U\u0308ber")));
  }

  private void refused(Consumer<ObjectNode> change, String reason) {
    ObjectNode json = json(folder);
    change.accept(json);
    String message = assertThrows(ModelFileException.class, () -> load(json)).getMessage();
    assertTrue(message.contains("tokenizer.json: " + reason), message);
  }

  private static ObjectNode step(ObjectNode json, int index) {
    return (ObjectNode) json.path("pre_tokenizer").path("pretokenizers").path(index);
  }

  private static ObjectNode model(ObjectNode json) {
    return (ObjectNode) json.path("model");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    refused(json -> model(json).put("type", "Unigram"), "model.type: Unigram; supported: BPE");
    refused(json -> model(json).put("dropout", 0.1), "model.dropout");
    refused(json -> model(json).put("byte_fallback", true), "model.byte_fallback");
    refused(json -> model(json).put("end_of_word_suffix", "</w>"), "model.end_of_word_suffix");
    refused(
        json -> json.putObject("normalizer").put("type", "Lowercase"),
        "normalizer: Lowercase; supported: NFC");
    refused(
        json -> step(json, 0).putObject("pattern").put("Regex", "\\w+"),
        "pre_tokenizer: the pattern \\w+ is none of those");
    refused(json -> step(json, 0).put("behavior", "MergedWithNext"), "pre_tokenizer: Split with");
    refused(json -> step(json, 1).put("add_prefix_space", true), "pre_tokenizer: add_prefix");
    refused(json -> step(json, 0).put("type", "Metaspace"), "pre_tokenizer: Metaspace; supported");
    refused(json -> json.remove("pre_tokenizer"), "pre_tokenizer: expected one with ByteLevel");
    refused(
        json -> ((ObjectNode) json.path("added_tokens").path(0)).put("lstrip", true),
        "added_tokens: token ");
    refused(
        json -> json.putObject("post_processor").put("type", "BertProcessing"),
        "post_processor: BertProcessing; supported");
  }

  @Test
  void refusesWhatIsBroken() {
    refused(json -> model(json).putObject("vocab").put("a", -1), "model.vocab: expected ids below");
    refused(
        json -> model(json).putObject("vocab").put("a", 1).put("b", 1),
        "model.vocab: two tokens have the id 1");
    refused(json -> model(json).putArray("vocab"), "model.vocab: expected an object");
    refused(json -> model(json).putArray("merges").add(1), "model.merges: merge 0 is not two");
    refused(json -> model(json).putArray("merges").add("ab"), "model.merges: merge 0 is not two");
    refused(json -> model(json).putArray("merges").addArray().add("a"), "model.merges: merge 0");
    refused(
        json -> model(json).putArray("merges").add("a zz"), "model.merges: merge 0 names a text");
    refused(json -> model(json).remove("vocab"), "model.vocab: no token for byte 32");
    refused(
        json -> ((ObjectNode) json.path("added_tokens").path(0)).put("id", 1 << 20),
        "added_tokens: expected ids below");
  }

  @Test
  void refusesWhatIsNoJsonAndNoTokenizer() throws IOException {
    String nothing =
        assertThrows(ModelFileException.class, () -> Tokenizers.loadDirectory(folder)).getMessage();
    assertTrue(nothing.contains("neither tokenizer.json nor tiktoken.model"), nothing);
    for (String text : List.of("", "[]", "{", "{} {}", "{\"model\": []}", "[".repeat(5_000))) {
      Files.writeString(folder.resolve("tokenizer.json"), text);
      assertThrows(ModelFileException.class, () -> Tokenizers.load(folder), text);
    }
  }

  private void tiktoken(String ranks, String settings) throws IOException {
    Files.writeString(folder.resolve("tiktoken.model"), ranks);
    Files.writeString(folder.resolve("tokenizer_config.json"), settings);
  }

  /// The ranks of all bytes, and of these texts.
  static String ranks(String... more) {
    StringBuilder ranks = new StringBuilder();
    int rank = 0;
    for (; rank < 256; rank++) {
      ranks.append(Base64.getEncoder().encodeToString(new byte[] {(byte) rank}));
      ranks.append(' ').append(rank).append('\n');
    }
    for (String token : more) {
      ranks.append(Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8)));
      ranks.append(' ').append(rank++).append('\n');
    }
    return ranks.toString();
  }

  @Test
  void mergesByRankAndTakesWholeWordsFirst() throws IOException {
    tiktoken(
        ranks("bc", "ab", "abcd"),
        "{\"tokenizer_class\": \"TikTokenTokenizer\", \"added_tokens_decoder\": {"
            + "\"259\": {\"content\": \"[EOS]\", \"special\": true},"
            + "\"261\": {\"content\": \"<think>\", \"special\": false}}}");
    Tokenizer tokenizer = Tokenizers.load(folder);
    assertEquals(259 + 256, tokenizer.vocabularySize());
    assertEquals(List.of("a", "bc"), pieces(tokenizer, "abc"));
    assertEquals(List.of("abcd"), pieces(tokenizer, "abcd"), "no merges lead to it");
    assertTrue(tokenizer.isEndOfGeneration(259));
    assertFalse(tokenizer.isControl(261));
    assertEquals("<|reserved_token_260|>", tokenizer.piece(260));
    assertTrue(tokenizer.isControl(260));
  }

  private static List<String> pieces(Tokenizer tokenizer, String text) {
    return Arrays.stream(tokenizer.encodeText(text).toArray()).mapToObj(tokenizer::piece).toList();
  }

  @Test
  void refusesBrokenRanks() throws IOException {
    for (String ranks :
        List.of(
            "",
            "YQ==",
            "YQ== 1\n",
            "YQ== x\n",
            "!! 0\n",
            " 0\n",
            "YQ== 0\n",
            ranks() + "Yg== 300\n")) {
      tiktoken(ranks, KIMI);
      assertThrows(ModelFileException.class, () -> Tokenizers.load(folder), ranks);
    }
    tiktoken(ranks(), "{}");
    String message =
        assertThrows(ModelFileException.class, () -> Tokenizers.load(folder)).getMessage();
    assertTrue(message.contains("tokenizer_class: is missing"), message);
    tiktoken(
        ranks(), KIMI.replace("}", ", \"added_tokens_decoder\": {\"3\": {\"content\": \"x\"}}}"));
    message = assertThrows(ModelFileException.class, () -> Tokenizers.load(folder)).getMessage();
    assertTrue(message.contains("id 3; expected 256 to 511"), message);
  }
}
