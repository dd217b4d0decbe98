package dev.stellwerk.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.stellwerk.inference.backend.Backends;
import dev.stellwerk.inference.constraint.ListedTokenizer;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.model.TinyModel;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// 16 sequences at once make the tokens that each makes alone, for every architecture and backend.
///
/// `-Dstellwerk.determinism.rounds=100` makes as many rounds of it, with the embedded model too;
/// the lines that it prints are the table of docs/benchmarks/determinism.md.
class DeterminismTest {
  private static final int ROUNDS = Integer.getInteger("stellwerk.determinism.rounds", 2);
  private static final String SUFFIX = ".header.gguf";

  @TempDir static Path folder;

  @Test
  void tinyModels() throws Exception {
    List<String> names = new ArrayList<>(oneOfEachArchitecture().values());
    names.add("deepseek2-wide-q8_0");
    for (String name : names) {
      TinyModel tiny = TinyModel.of(name);
      Path file = tiny.write(folder);
      Tokenizer tokenizer = ListedTokenizer.ofSize(tiny.vocabulary());
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

  /// The smallest F32 model of each architecture that has a golden file.
  private static Map<String, String> oneOfEachArchitecture()
      throws IOException, URISyntaxException {
    URL golden = Objects.requireNonNull(DeterminismTest.class.getResource("/golden"));
    Map<String, String> names = new TreeMap<>();
    try (Stream<Path> files = Files.list(Path.of(URI.create(golden.toString())))) {
      for (Path header : files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().toList()) {
        String file = String.valueOf(header.getFileName());
        String name = file.substring(0, file.length() - SUFFIX.length());
        if (name.endsWith("-f32")) {
          names.merge(architecture(name), name, DeterminismTest::shorter);
        }
      }
    }
    assertFalse(names.isEmpty());
    return names;
  }

  private static String shorter(String one, String other) {
    return other.contains("tiny") && !other.contains("yarn") ? other : one;
  }

  private static String architecture(String name) {
    return name.substring(0, name.indexOf('-'));
  }
}
