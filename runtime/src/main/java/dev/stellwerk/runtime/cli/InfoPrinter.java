package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.inspect.ModelReport;
import dev.stellwerk.inference.inspect.ModelReport.Experts;
import dev.stellwerk.inference.inspect.ModelReport.TypeShare;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Shows a report about a model file: a table for a person, JSON for a program.
record InfoPrinter(Terminal terminal, Path file, ModelReport report) {
  void table() {
    line("file", file + (report.files().size() > 1 ? ", in " + report.files().size() : ""));
    line("name", orNone(report.name()));
    line("architecture", orNone(report.architecture()));
    line("licence", report.licence().isEmpty() ? "(not stated)" : report.licence());
    line(
        "parameters",
        count(report.parameters().total())
            + (report.experts().isEmpty()
                ? ""
                : ", " + count(report.parameters().active()) + " active a token"));
    line("size", Sizes.of(report.bytes()));
    line(
        "weights",
        report.quantisation().stream().map(InfoPrinter::type).collect(Collectors.joining(", ")));
    line("context", report.dimensions().contextLength() + " tokens");
    line("layers", report.dimensions().layers() + ", " + report.dimensions().hidden() + " wide");
    line(
        "heads",
        report.dimensions().heads()
            + ", "
            + report.dimensions().kvHeads()
            + (report.dimensions().kvHeads() == 1 ? " of keys" : " of keys and values"));
    line("experts", report.experts().map(InfoPrinter::experts).orElse("dense"));
    report.experts().ifPresent(experts -> line("router", experts.router()));
    line("rope", report.rope());
    line("tokenizer", tokenizer());
    line("chat template", template());
    line(
        "tool calls",
        report.template().toolFormat().isEmpty() ? "(none)" : report.template().toolFormat());
    line("memory", memory());
    verdict();
  }

  private void verdict() {
    line("runs here", report.runnable() ? "yes" : "no");
    for (String problem : report.problems()) {
      line("", "- " + problem);
    }
    for (String limit : report.limits()) {
      line("", "- " + limit);
    }
  }

  private String tokenizer() {
    ModelReport.TokenizerSummary tokenizer = report.tokenizer();
    return tokenizer.kind().isEmpty()
        ? "(none)"
        : tokenizer.kind()
            + (tokenizer.pre().isEmpty() ? "" : ", " + tokenizer.pre())
            + ", "
            + tokenizer.tokens()
            + " tokens";
  }

  private String template() {
    return report.template().present() ? String.join(", ", report.template().features()) : "(none)";
  }

  private String memory() {
    String weights = Sizes.of(report.memory().weightBytes()) + " of weights";
    return report.memory().kvBytes().isEmpty()
        ? weights
        : weights
            + ", "
            + Sizes.of(report.memory().kvBytes().getAsLong())
            + " for 1000 tokens of context";
  }

  private void line(String name, String value) {
    terminal.out().println("%-14s %s".formatted(name, printable(value)).stripTrailing());
  }

  void json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("file", file.toString());
    json.put("runnable", report.runnable());
    texts(json, "problems", report.problems());
    texts(json, "limits", report.limits());
    json.put("name", report.name());
    json.put("architecture", report.architecture());
    json.put("licence", report.licence());
    texts(json, "files", report.files());
    json.put("bytes", report.bytes());
    json.putObject("parameters")
        .put("total", report.parameters().total())
        .put("active", report.parameters().active());
    for (TypeShare type : report.quantisation()) {
      json.withArray("quantisation")
          .addObject()
          .put("type", type.type())
          .put("tensors", type.tensors())
          .put("parameters", type.parameters())
          .put("bytes", type.bytes())
          .put("supported", type.supported());
    }
    dimensions(json);
    json.putObject("tokenizer")
        .put("kind", report.tokenizer().kind())
        .put("pre", report.tokenizer().pre())
        .put("tokens", report.tokenizer().tokens());
    ObjectNode template = json.putObject("template");
    template.put("present", report.template().present());
    template.put("toolFormat", report.template().toolFormat());
    texts(template, "features", report.template().features());
    ObjectNode memory = json.putObject("memory");
    memory.put("weightBytes", report.memory().weightBytes());
    memory.put("activeBytesPerToken", report.memory().activeBytes());
    report.memory().kvBytes().ifPresent(bytes -> memory.put("kvBytesPerThousandTokens", bytes));
    terminal.out().println(json);
  }

  private void dimensions(ObjectNode json) {
    ModelReport.Dimensions dimensions = report.dimensions();
    json.put("contextLength", dimensions.contextLength());
    json.put("layers", dimensions.layers());
    json.put("hidden", dimensions.hidden());
    json.put("heads", dimensions.heads());
    json.put("kvHeads", dimensions.kvHeads());
    report
        .experts()
        .ifPresent(
            experts ->
                json.putObject("experts")
                    .put("count", experts.count())
                    .put("used", experts.used())
                    .put("shared", experts.shared())
                    .put("router", experts.router()));
    json.put("rope", report.rope());
  }

  private static void texts(ObjectNode json, String name, List<String> texts) {
    texts.forEach(json.putArray(name)::add);
  }

  private static String type(TypeShare type) {
    return type.type()
        + " "
        + count(type.parameters())
        + " in "
        + Sizes.of(type.bytes())
        + (type.supported() ? "" : " (not supported)");
  }

  private static String experts(Experts experts) {
    return experts.count()
        + ", "
        + experts.used()
        + " a token"
        + (experts.shared() == 0 ? "" : ", " + experts.shared() + " shared");
  }

  private static String count(long parameters) {
    double value = parameters;
    for (String unit : List.of("", "k", "M", "B")) {
      if (value < 1000 || unit.equals("B")) {
        return String.format(Locale.ROOT, unit.isEmpty() ? "%.0f%s" : "%.1f%s", value, unit);
      }
      value /= 1000;
    }
    throw new IllegalStateException("every number has a unit");
  }

  private static String orNone(String text) {
    return text.isEmpty() ? "(none)" : text;
  }

  /// Text from a file that nobody trusts must not steer the terminal.
  private static String printable(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
