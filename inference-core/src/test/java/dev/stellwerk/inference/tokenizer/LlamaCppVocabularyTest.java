package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stellwerk.inference.format.Gguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// llama.cpp's own vocabularies and expected ids (`models/ggml-vocab-*.gguf` with `.inp`, `.out`).
/// They are not in this repository: `-Dstellwerk.data=FOLDER` names the folder that holds
/// `llamacpp/vocab`.
class LlamaCppVocabularyTest {
  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "gpt-2", "llama-bpe"})
  void encodesAsLlamaCppDoes(String name) throws IOException {
    String folder = System.getProperty("stellwerk.data", "");
    Path file = Path.of(folder, "llamacpp", "vocab", "ggml-vocab-" + name + ".gguf");
    if (folder.isEmpty() || !Files.exists(file)) {
      System.out.println("skipped: no ggml-vocab-" + name + " (set -Dstellwerk.data)");
      return;
    }
    try (Gguf gguf = Gguf.open(file)) {
      BpeTokenizer tokenizer = BpeTokenizer.load(gguf);
      List<String> inputs =
          List.of(Files.readString(Path.of(file + ".inp")).split("\n__ggml_vocab_test__\n", -1));
      List<String> outputs = Files.readAllLines(Path.of(file + ".out"));
      assertEquals(outputs.size(), inputs.size() - (inputs.getLast().isEmpty() ? 1 : 0));
      for (int i = 0; i < outputs.size(); i++) {
        int[] expected =
            Stream.of(outputs.get(i).trim().split(" "))
                .filter(id -> !id.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
        String text = inputs.get(i);
        assertArrayEquals(expected, tokenizer.encodeText(text).toArray(), () -> name + ": " + text);
      }
      System.out.println(name + ": " + outputs.size() + " texts encoded as llama.cpp does");
    }
  }
}
