package dev.stellwerk.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.constraint.UnsupportedSchemaException;
import dev.stellwerk.inference.engine.ContextExceededException;
import dev.stellwerk.inference.engine.FinishReason;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.model.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextGeneratorTest {
  private static final Path ROOT = Path.of(System.getProperty("stellwerk.root", ".."));
  private static final Path EMBEDDED = ROOT.resolve("models/stellwerk-embedded.gguf");
  private static final Path EXAMPLE =
      ROOT.resolve("inference-core/src/test/java/dev/stellwerk/inference/example/Weather.java");
  private static final int EXAMPLE_LINES_MAX = 25;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /// A JVM with nothing but this library and Jackson, and the example as it stands in the guide.
  @Test
  void theExampleRunsOnItsOwn() throws Exception {
    List<String> library =
        Arrays.stream(System.getProperty("java.class.path", "").split(":"))
            .filter(entry -> entry.endsWith("/classes") || entry.contains("/jackson-"))
            .toList();
    assertTrue(library.size() >= 4, library.toString());
    Path out = folder.resolve("out.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(":", library),
                EXAMPLE.toString(),
                EMBEDDED.toString())
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("err.txt").toFile())
            .start();
    assertTrue(process.waitFor(300, TimeUnit.SECONDS), "the example does not end");
    assertEquals(0, process.exitValue(), Files.readString(folder.resolve("err.txt")));
    JsonNode answer = JSON.readTree(Files.readString(out));
    assertEquals(2, answer.size(), answer.toString());
    assertTrue(answer.path("city").isTextual(), answer.toString());
    assertTrue(answer.path("celsius").isIntegralNumber(), answer.toString());
    System.out.println("the example answers " + answer);
  }

  @Test
  void theGuideShowsTheExampleAsItIs() throws IOException {
    List<String> guide = Files.readAllLines(ROOT.resolve("docs/guides/library.md"));
    List<String> shown = new ArrayList<>();
    int from = guide.indexOf("```java") + 1;
    assertTrue(from > 0, "the guide shows no Java");
    for (int i = from; !guide.get(i).equals("```"); i++) {
      shown.add(guide.get(i));
    }
    assertEquals(Files.readAllLines(EXAMPLE), shown);
    assertTrue(shown.size() <= EXAMPLE_LINES_MAX, shown.size() + " lines");
  }

  @Test
  void answersAndCompletes() throws Exception {
    try (TextGenerator model = TextGenerator.load(EMBEDDED)) {
      TextGenerator.Text cut = model.complete("The signal box", 5);
      assertEquals(FinishReason.LENGTH, cut.reason());
      assertEquals(5, cut.usage().generatedTokens());
      assertFalse(cut.text().isEmpty());
      assertEquals(cut, new TextGenerator.Text(cut.text(), cut.reason(), cut.usage()));
      assertEquals(model.answer("Hi", 20).text(), model.answer("Hi", 20).text());

      JsonNode schema = JSON.readTree("{\"enum\": [\"red\", \"green\"]}");
      String colour = model.answer("Which colour?", schema, 20).text();
      assertTrue(List.of("\"red\"", "\"green\"").contains(colour), colour);

      JsonNode nothing = JSON.readTree("{\"enum\": []}");
      assertThrows(
          UnsupportedSchemaException.class, () -> model.answer("Which colour?", nothing, 20));
      assertThrows(
          ContextExceededException.class, () -> model.complete("signal ".repeat(20_000), 1));
    }
  }

  @Test
  void aModelWithoutAChatTemplateCompletesOnly() throws Exception {
    Path tiny = TinyModel.of("deepseek2-tiny-f32").write(folder);
    try (TextGenerator model = TextGenerator.load(tiny)) {
      assertEquals(3, model.complete("a", 3).usage().generatedTokens());
      assertTrue(
          assertThrows(ModelFileException.class, () -> model.answer("a", 3))
              .getMessage()
              .contains("tokenizer.chat_template"));
    }
  }

  @Test
  void aFileThatIsNoModelIsClosedAgain() throws IOException {
    Path file = Files.write(folder.resolve("x.gguf"), "no model".getBytes(StandardCharsets.UTF_8));
    assertThrows(ModelFileException.class, () -> TextGenerator.load(file).close());
  }
}
