package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.runtime.chat.LocalModel;
import dev.stellwerk.runtime.config.ModelSetup;
import dev.stellwerk.runtime.config.StellwerkConfig;
import dev.stellwerk.runtime.eval.EvalCase;
import dev.stellwerk.runtime.eval.Evaluation;
import dev.stellwerk.runtime.eval.Evaluation.Tally;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `eval`: how well a model calls tools.
@Command(
    name = "eval",
    description = "Put cases to the model, one turn each, and count right calls.")
final class EvalCommand implements Callable<Integer> {
  private final Workplace workplace;

  @Parameters(
      paramLabel = "FILE",
      description =
          "Cases, one a line: id, category, messages, tools, possible_answers; may be .gz.")
  Path cases = Path.of("");

  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = "--failures",
      paramLabel = "FILE",
      description = "Write the cases that were not exact there, with what the model said.")
  @Nullable Path failures;

  @Option(names = "--limit", paramLabel = "N", description = "Only the first N cases.")
  int limit = Integer.MAX_VALUE;

  @Option(
      names = "--turn-tokens",
      paramLabel = "N",
      description = "The longest turn; default: 256.")
  int turnTokens = 256;

  @Option(names = "--json", description = "The table as mapper.")
  boolean json;

  EvalCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<EvalCase> read = read();
    StellwerkConfig config = workplace.config(model, null, Map.of());
    long start = System.nanoTime();
    Sampling sampling = new Sampling(config.model().temperature(), config.model().seed());
    try (Progress progress = new Progress(workplace.terminal());
        LocalModel loaded = load(config, progress)) {
      Evaluation evaluation = new Evaluation(loaded.chat(), sampling, turnTokens);
      put(read, evaluation, progress);
      progress.clear();
      print(evaluation.tallies(), (System.nanoTime() - start) / 1e9);
    }
    return ExitCode.DONE;
  }

  private static LocalModel load(StellwerkConfig config, Progress progress) {
    progress.show(Progress.LOADING);
    return ModelSetup.load(config, Workplace.home(), progress.loading());
  }

  private void put(List<EvalCase> read, Evaluation evaluation, Progress progress)
      throws InterruptedException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < read.size(); i++) {
      progress.show("case " + (i + 1) + " of " + read.size());
      Evaluation.Made made = evaluation.put(read.get(i));
      if (!made.score().exact()) {
        lines.add(failure(read.get(i), made));
      }
    }
    if (failures != null) {
      try {
        Files.write(failures, lines);
      } catch (IOException e) {
        throw new CliException(ExitCode.SETUP, failures + " cannot be written: " + e);
      }
    }
  }

  private static String failure(EvalCase wanted, Evaluation.Made made) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode line = mapper.createObjectNode();
    line.put("id", wanted.id());
    line.put("category", wanted.category());
    line.putPOJO("messages", wanted.messages());
    line.putPOJO("wanted", wanted.answers());
    line.putPOJO("calls", made.turn().calls());
    line.put("text", made.turn().text());
    return mapper.valueToTree(line).toString();
  }

  private List<EvalCase> read() {
    List<EvalCase> read = new ArrayList<>();
    try (InputStream file = Files.newInputStream(cases);
        InputStream plain = cases.toString().endsWith(".gz") ? new GZIPInputStream(file) : file;
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && read.size() < limit) {
        if (!line.isBlank()) {
          read.add(EvalCase.parse(line));
        }
        line = lines.readLine();
      }
    } catch (IOException e) {
      throw new CliException(ExitCode.SETUP, cases + " cannot be read: " + e);
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCode.SETUP, cases + ", case " + (read.size() + 1) + ": " + e.getMessage());
    }
    return read;
  }

  private void print(Map<String, Tally> tallies, double seconds) {
    PrintWriter out = workplace.terminal().printer(workplace.terminal().out());
    if (json) {
      ObjectMapper mapper = new ObjectMapper();
      ObjectNode table = mapper.createObjectNode();
      table.put("seconds", seconds);
      table.putPOJO("categories", new TreeMap<>(tallies));
      out.println(mapper.valueToTree(table).toString());
      return;
    }
    String row = "%-16s %6s %12s %12s %14s %10s%n";
    out.printf(row, "category", "cases", "right tool", "exact call", "valid calls", "no call");
    new TreeMap<>(tallies).forEach((name, tally) -> row(out, row, name, tally));
    out.printf(Locale.ROOT, "%.1f s%n", seconds);
  }

  private static void row(PrintWriter out, String row, String name, Tally tally) {
    out.printf(
        row,
        name,
        tally.cases(),
        percent(tally.rightTools(), tally.cases()),
        percent(tally.exact(), tally.cases()),
        tally.validCalls() + "/" + tally.calls(),
        tally.noCallRight() + "/" + tally.noCallWanted());
  }

  private static String percent(int part, int whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }
}
