package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.constraint.SchemaSuite;
import dev.stellwerk.inference.constraint.SchemaSuite.FileResult;
import dev.stellwerk.inference.constraint.SchemaSuite.Report;
import dev.stellwerk.inference.constraint.SchemaSuite.Verdict;
import dev.stellwerk.inference.constraint.TokenIndex;
import dev.stellwerk.inference.format.ModelFileException;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `constrain`: what the engine of constrained decoding makes of schemas.
@Command(name = "constrain", description = "Look at constrained decoding.")
final class ConstrainCommand implements Runnable {
  /// Called when `check` is not given.
  @Override
  public void run() {
    throw new CliException(ExitCode.USAGE, "did you mean `constrain check DIR`?");
  }

  /// `constrain check`.
  @Command(
      name = "check",
      description =
          "Compile the schemas of a folder and write their instances through the masks."
              + " Files are of the form {schema, tests: [{valid, data}]}.")
  static final class CheckCommand implements Callable<Integer> {
    private static final int REASONS_MAX = 12;

    private final Workplace workplace;

    @Parameters(paramLabel = "DIR", description = "The folder; its .json files are read.")
    Path folder = Path.of("");

    @Option(
        names = "--tokenizer",
        paramLabel = "PATH",
        required = true,
        description = "The vocabulary: a model file, or a Hugging Face folder.")
    Path tokenizer = Path.of("");

    @Option(names = "--files", description = "Also one line for each file that did not pass.")
    boolean files;

    @Option(names = "--json", description = "The figures as one line of JSON.")
    boolean json;

    CheckCommand(Workplace workplace) {
      this.workplace = workplace;
    }

    @Override
    public Integer call() {
      if (!Files.isDirectory(folder)) {
        throw new CliException(ExitCode.USAGE, "no folder " + folder);
      }
      Report report;
      try (Progress progress = new Progress(workplace.terminal())) {
        progress.show("reading the vocabulary");
        TokenIndex index = TokenIndex.of(vocabulary());
        progress.show("writing instances through the masks");
        report = SchemaSuite.run(folder, index);
        progress.clear();
      } catch (IOException e) {
        throw new CliException(ExitCode.USAGE, "cannot read " + folder + ": " + e.getMessage());
      }
      if (report.files().isEmpty()) {
        throw new CliException(ExitCode.USAGE, "no .json file in " + folder);
      }
      PrintStream out = workplace.terminal().out();
      if (files) {
        report.files().stream()
            .filter(file -> file.verdict() != Verdict.PASSED)
            .forEach(file -> out.println(line(file)));
      }
      if (json) {
        out.println(line(report));
      } else {
        table(report, out);
      }
      return report.wrongAccepts() == 0 ? ExitCode.DONE : ExitCode.RUN_STOPPED;
    }

    private Tokenizer vocabulary() {
      try {
        return Tokenizers.load(tokenizer);
      } catch (ModelFileException e) {
        throw new CliException(ExitCode.MODEL, String.valueOf(e.getMessage()));
      }
    }

    private static String line(FileResult file) {
      return file.verdict().name().toLowerCase(Locale.ROOT)
          + "  "
          + file.file()
          + "  "
          + file.note();
    }

    private static ObjectNode line(Report report) {
      ObjectNode line = new ObjectMapper().createObjectNode();
      line.put("files", report.files().size());
      line.put("passed", report.count(Verdict.PASSED));
      line.put("refused", report.count(Verdict.REFUSED));
      line.put("wrongAccepts", report.wrongAccepts());
      line.put("wrongRejects", report.wrongRejects());
      ObjectNode mask = line.putObject("maskMicros");
      mask.put("avg", round(report.maskMicros().avg()));
      mask.put("p50", round(report.maskMicros().p50()));
      mask.put("p99", round(report.maskMicros().p99()));
      mask.put("p999", round(report.maskMicros().p999()));
      ObjectNode compile = line.putObject("compileMillis");
      compile.put("p50", round(report.compileMillis().p50()));
      compile.put("p99", round(report.compileMillis().p99()));
      return line;
    }

    private static double round(double value) {
      return Math.round(value * 1_000) / 1_000.0;
    }

    private static void table(Report report, PrintStream out) {
      int all = report.files().size();
      long passed = report.count(Verdict.PASSED);
      out.printf(Locale.ROOT, "files          %d%n", all);
      out.printf(Locale.ROOT, "passed         %d (%.1f %%)%n", passed, 100.0 * passed / all);
      out.printf(Locale.ROOT, "refused        %d%n", report.count(Verdict.REFUSED));
      out.printf(Locale.ROOT, "wrong accepts  %d%n", report.wrongAccepts());
      out.printf(Locale.ROOT, "wrong rejects  %d%n", report.wrongRejects());
      SchemaSuite.Times mask = report.maskMicros();
      out.printf(
          Locale.ROOT,
          "mask, µs       avg %.1f  p50 %.1f  p99 %.1f  p99.9 %.1f%n",
          mask.avg(),
          mask.p50(),
          mask.p99(),
          mask.p999());
      SchemaSuite.Times compile = report.compileMillis();
      out.printf(Locale.ROOT, "compile, ms    p50 %.3f  p99 %.3f%n", compile.p50(), compile.p99());
      reasons(report.files(), out);
    }

    private static void reasons(List<FileResult> results, PrintStream out) {
      Map<String, Integer> reasons = new TreeMap<>();
      for (FileResult file : results) {
        if (file.verdict() == Verdict.REFUSED) {
          reasons.merge(file.note().replaceFirst(" at \\S*:", ":"), 1, Integer::sum);
        }
      }
      reasons.entrySet().stream()
          .sorted((a, b) -> Integer.compare(b.getValue(), a.getValue()))
          .limit(REASONS_MAX)
          .forEach(one -> out.printf(Locale.ROOT, "%6d  %s%n", one.getValue(), one.getKey()));
    }
  }
}
