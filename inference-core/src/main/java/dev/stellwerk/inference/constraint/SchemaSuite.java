package dev.stellwerk.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Measures the engine on files of the form `{schema, tests: [{valid, data}]}`: what compiles,
/// which instances are accepted, how long masks take.
public final class SchemaSuite {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// What became of one file.
  public enum Verdict {
    /// Every instance was accepted or rejected as it should be.
    PASSED,
    /// The schema was refused.
    REFUSED,
    /// Some instance was judged wrongly.
    WRONG
  }

  /// One file.
  ///
  /// @param note the refusal, or the first instance that was judged wrongly
  public record FileResult(
      String file, Verdict verdict, int wrongAccepts, int wrongRejects, String note) {}

  /// Times at some percentiles, in the unit that the name of the component says.
  public record Times(double avg, double p50, double p99, double p999) {}

  /// All files.
  public record Report(List<FileResult> files, Times maskMicros, Times compileMillis) {
    public Report {
      files = List.copyOf(files);
    }

    public long count(Verdict verdict) {
      return files.stream().filter(file -> file.verdict == verdict).count();
    }

    public int wrongAccepts() {
      return files.stream().mapToInt(FileResult::wrongAccepts).sum();
    }

    public int wrongRejects() {
      return files.stream().mapToInt(FileResult::wrongRejects).sum();
    }
  }

  private final TokenIndex index;
  private final JsonSchemaCompiler compiler =
      new JsonSchemaCompiler(JsonSchemaCompiler.Options.COMPACT);
  private final TokenMask mask;
  private final Samples masks = new Samples();
  private final Samples compiles = new Samples();

  private SchemaSuite(TokenIndex index) {
    this.index = index;
    this.mask = new TokenMask(index.size());
  }

  /// Runs all `.json` files of a folder.
  public static Report run(Path folder, TokenIndex index) throws IOException {
    SchemaSuite suite = new SchemaSuite(index);
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    FileResult[] results = new FileResult[files.size()];
    for (int i = 0; i < results.length; i++) {
      JsonNode file = JSON.readTree(files.get(i).toFile());
      results[i] = suite.run(files.get(i).getFileName().toString(), file);
    }
    return new Report(List.of(results), suite.masks.times(1e3), suite.compiles.times(1e6));
  }

  private FileResult run(String name, JsonNode file) throws IOException {
    long start = System.nanoTime();
    Grammar grammar;
    try {
      grammar = compiler.compile(file.path("schema"));
    } catch (UnsupportedSchemaException e) {
      return new FileResult(name, Verdict.REFUSED, 0, 0, String.valueOf(e.getMessage()));
    } finally {
      compiles.add(System.nanoTime() - start);
    }
    Automaton automaton = new Automaton(grammar, index);
    int wrongAccepts = 0;
    int wrongRejects = 0;
    String note = "";
    for (JsonNode test : file.path("tests")) {
      String instance = JSON.writeValueAsString(test.path("data"));
      boolean valid = test.path("valid").booleanValue();
      int accepted = walk(automaton, instance);
      if (valid != (accepted < 0)) {
        wrongAccepts += valid ? 0 : 1;
        wrongRejects += valid ? 1 : 0;
        note =
            note.isEmpty()
                ? (valid ? "rejects at " + accepted + ": " : "accepts ") + instance
                : note;
      }
    }
    boolean wrong = wrongAccepts + wrongRejects > 0;
    return new FileResult(
        name, wrong ? Verdict.WRONG : Verdict.PASSED, wrongAccepts, wrongRejects, note);
  }

  /// Writes an instance token by token, each mask timed.
  ///
  /// @return -1 when it was accepted, else how many tokens were
  private int walk(Automaton automaton, String instance) {
    State state = automaton.start();
    int[] tokens = index.tokenizer().encodeText(instance).toArray();
    for (int i = 0; i < tokens.length; i++) {
      long start = System.nanoTime();
      automaton.fill(state, mask);
      masks.add(System.nanoTime() - start);
      State next = mask.allows(tokens[i]) ? automaton.accept(state, tokens[i]) : null;
      if (next == null) {
        return i;
      }
      state = next;
    }
    return automaton.accepts(state) ? -1 : tokens.length;
  }

  /// Times in nanoseconds.
  private static final class Samples {
    private long[] nanos = new long[1024];
    private int count;

    void add(long time) {
      nanos = count == nanos.length ? Arrays.copyOf(nanos, count * 2) : nanos;
      nanos[count++] = time;
    }

    Times times(double nanosAUnit) {
      long[] sorted = Arrays.copyOf(nanos, count);
      Arrays.sort(sorted);
      double avg = Arrays.stream(sorted).average().orElse(0) / nanosAUnit;
      return new Times(
          avg,
          at(sorted, 0.5) / nanosAUnit,
          at(sorted, 0.99) / nanosAUnit,
          at(sorted, 0.999) / nanosAUnit);
    }

    private static double at(long[] sorted, double share) {
      return sorted.length == 0
          ? 0
          : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)];
    }
  }
}
