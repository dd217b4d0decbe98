package dev.stellwerk.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.constraint.ListedTokenizer;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.ParityModel;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// 16 sequences at once make the tokens that each makes alone, for every architecture and backend.
///
/// `-Dstellwerk.determinism.rounds=100` makes as many rounds of it, with the embedded model too;
/// the lines that it prints are the table of docs/benchmarks/determinism.md.
class DeterminismTest {
  private static final int ROUNDS = Integer.getInteger("stellwerk.determinism.rounds", 1);

  /// One of each architecture, and one of each way to store weights that needs other kernels.
  private static final List<String> MODELS =
      List.of(
          "deepseek-v3-f32",
          "deepseek-v3-q8_0",
          "gpt-oss-mxfp4",
          "llama-q4_k",
          "qwen3-f32",
          "qwen3moe-q4_0");

  @TempDir Path folder;

  @Test
  void tinyModels() throws Exception {
    for (String name : MODELS) {
      Path file = ParityModel.of(name).write(folder);
      Tokenizer tokenizer;
      try (Gguf gguf = Gguf.open(file)) {
        String key = gguf.requiredString("general.architecture") + ".vocab_size";
        tokenizer = ListedTokenizer.ofSize(gguf.requiredInteger(key, 120, 100_000));
      }
      for (String backend : Backends.available()) {
        rounds(name + ", " + backend, backend, new Determinism(file, tokenizer, 100, 80), ROUNDS);
      }
    }
  }

  @Test
  void embeddedModel() throws Exception {
    Path file = Path.of(System.getProperty("stellwerk.model", "../models/stellwerk-embedded.gguf"));
    try (Gguf gguf = Gguf.open(file)) {
      String backend = Backends.available().getFirst();
      Determinism determinism = new Determinism(file, Tokenizers.load(gguf), 120, 60);
      rounds("embedded, " + backend, backend, determinism, Math.max(1, ROUNDS / 2));
    }
  }

  private static void rounds(String what, String backend, Determinism determinism, int rounds)
      throws InterruptedException {
    determinism.runAlone(backend);
    List<String> differences = new ArrayList<>();
    for (int seed = 0; seed < rounds; seed++) {
      differences.addAll(determinism.round(backend, seed));
    }
    System.out.println(determinism.summary(what));
    assertEquals(List.of(), differences, what);
  }
}
