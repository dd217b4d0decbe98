package dev.stellwerk.inference.constraint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler.Options;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Measures on data outside the repository, when `-Dstellwerk.data=FOLDER` says where it is:
/// `mcp_tool_catalogue_toucan.jsonl.gz`, `tiktoken.model`, `maskbench-dev/`.
class MeasureTest {
  private static Path data(String name) {
    String folder = System.getProperty("stellwerk.data");
    Path path = Path.of(folder == null ? "none" : folder, name);
    if (folder == null || !Files.exists(path)) {
      System.out.println("skipped: no " + name + " (set -Dstellwerk.data)");
    }
    return path;
  }

  @Test
  void realToolSchemasCompile() throws IOException {
    Path file = data("mcp_tool_catalogue_toucan.jsonl.gz");
    if (!Files.exists(file)) {
      return;
    }
    ObjectMapper json = new ObjectMapper();
    JsonSchemaCompiler compiler = new JsonSchemaCompiler(Options.ARGUMENTS);
    Map<String, Integer> refusals = new TreeMap<>();
    int all = 0;
    int compiled = 0;
    long start = System.nanoTime();
    try (var in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode tool = json.readTree(line);
        if (!tool.path("kind").asText().equals("input_schema")) {
          continue;
        }
        all++;
        try {
          compiler.compile(tool.path("inputSchema"));
          compiled++;
        } catch (UnsupportedSchemaException e) {
          String why = String.valueOf(e.getMessage()).replaceAll(" at \\S+:", "");
          refusals.merge(why, 1, Integer::sum);
        }
      }
    }
    System.out.printf(
        "tool schemas: %d of %d compile (%.2f %%) in %d ms, file reading included; refused: %s%n",
        compiled, all, 100.0 * compiled / all, (System.nanoTime() - start) / 1_000_000, refusals);
    assertTrue(compiled >= 0.95 * all);
  }

  @Test
  void maskBench() throws IOException {
    Path vocabulary = data("tiktoken.model");
    Path suite = data("maskbench-dev");
    if (!Files.exists(vocabulary) || !Files.exists(suite)) {
      return;
    }
    ListedTokenizer tokenizer = ListedTokenizer.tiktoken(vocabulary);
    TokenIndex.of(tokenizer);
    long start = System.nanoTime();
    TokenIndex index = TokenIndex.of(tokenizer);
    System.out.printf(
        "index of %d tokens in %d ms, %d + %d trie nodes%n",
        index.size(),
        (System.nanoTime() - start) / 1_000_000,
        index.all().nodes(),
        index.breaking().nodes());
    SchemaSuite.Report report = SchemaSuite.run(suite, index);
    System.out.printf(
        "%d files: %d passed, %d refused, %d wrong (%d wrong accepts, %d wrong rejects)%n"
            + "mask µs %s%ncompile ms %s%n",
        report.files().size(),
        report.count(SchemaSuite.Verdict.PASSED),
        report.count(SchemaSuite.Verdict.REFUSED),
        report.count(SchemaSuite.Verdict.WRONG),
        report.wrongAccepts(),
        report.wrongRejects(),
        report.maskMicros(),
        report.compileMillis());
    Path notes = Path.of("target", "maskbench.txt");
    try (var out = new PrintStream(notes.toFile(), StandardCharsets.UTF_8)) {
      report.files().forEach(out::println);
    }
    System.out.println("file by file: " + notes.toAbsolutePath());
  }

  /// The official suite: each instance in compact form against the grammar of its schema.
  @ParameterizedTest
  @ValueSource(strings = {"draft2020-12", "draft7"})
  void officialSuite(String draft) throws IOException {
    Path folder = data("json_schema_test_suite/tests/" + draft);
    if (!Files.exists(folder)) {
      return;
    }
    ObjectMapper json =
        JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();
    int[] counts = new int[4]; // right, refused, wrongly accepted, wrongly rejected
    Map<String, Integer> refusals = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    for (Path file : files) {
      for (JsonNode group : json.readTree(file.toFile())) {
        ByteAutomaton automaton = null;
        boolean impossible = false;
        try {
          automaton =
              new ByteAutomaton(
                  new JsonSchemaCompiler(Options.COMPACT).compile(group.path("schema")));
        } catch (UnsupportedSchemaException e) {
          String why = String.valueOf(e.getMessage());
          impossible = why.contains("no instance satisfies");
          refusals.merge(why.replaceAll(" at \\S*:.*", ""), 1, Integer::sum);
        }
        for (JsonNode test : group.path("tests")) {
          boolean valid = test.path("valid").booleanValue();
          byte[] text = test.path("data").toString().getBytes(StandardCharsets.UTF_8);
          boolean accepted = automaton != null && automaton.matches(text);
          boolean refused = automaton == null && !(impossible && !valid);
          int verdict = refused ? 1 : accepted == valid ? 0 : accepted ? 2 : 3;
          counts[verdict]++;
          if (verdict > 1) {
            wrong.add(
                (accepted ? "accepts " : "rejects ")
                    + test.path("data")
                    + " "
                    + file.getFileName()
                    + " "
                    + group.path("schema"));
          }
        }
      }
    }
    System.out.printf(
        "%s: %d right, %d refused, %d wrongly accepted, %d wrongly rejected; refused: %s%n",
        draft, counts[0], counts[1], counts[2], counts[3], refusals);
    wrong.forEach(System.out::println);
    assertEquals(0, counts[2]);
  }
}
