package dev.stellwerk.inference.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// llama.cpp's own vocabularies and expected ids (`models/ggml-vocab-*.gguf` with `.inp`, `.out`).
class LlamaCppVocabularyTest {
  private static final int VOCABULARIES_MIN = 10;

  @TempDir private Path folder;

  @Test
  void encodesAsLlamaCppDoes() throws IOException, InterruptedException {
    Optional<Path> data = DataFiles.unpack("llamacpp-vocab-and-templates.tar.xz", folder);
    if (data.isEmpty()) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(data.get().resolve("llamacpp/vocab"))) {
      files = all.filter(file -> file.toString().endsWith(".gguf")).sorted().toList();
    }
    int encoded = 0;
    for (Path file : files) {
      try (Gguf gguf = Gguf.open(file)) {
        System.out.println(file.getFileName() + ": " + check(file, Tokenizers.load(gguf)));
        encoded++;
      } catch (ModelFileException e) {
        System.out.println(file.getFileName() + ": not supported: " + e.getMessage());
      }
    }
    assertTrue(encoded >= VOCABULARIES_MIN, encoded + " of " + files.size() + " vocabularies");
  }

  private static String check(Path file, Tokenizer tokenizer) throws IOException {
    String[] inputs = Files.readString(Path.of(file + ".inp")).split("\n__ggml_vocab_test__\n", -1);
    List<String> outputs = Files.readAllLines(Path.of(file + ".out"));
    boolean trailing = inputs.length == outputs.size() + 1 && inputs[outputs.size()].isEmpty();
    assertEquals(outputs.size(), inputs.length - (trailing ? 1 : 0));
    for (int i = 0; i < outputs.size(); i++) {
      int[] expected =
          Stream.of(outputs.get(i).trim().split(" ", -1))
              .filter(id -> !id.isEmpty())
              .mapToInt(Integer::parseInt)
              .toArray();
      String text = inputs[i];
      assertArrayEquals(expected, tokenizer.encodeText(text).toArray(), () -> file + ": " + text);
    }
    return outputs.size() + " of " + outputs.size() + " texts encoded as llama.cpp does";
  }
}
