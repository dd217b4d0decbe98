package dev.stellwerk.runtime.cli;

import dev.stellwerk.runtime.config.ToolSetup;
import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolCatalog;
import java.util.Iterator;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `tools`: what the model may call.
@Command(name = "tools", description = "Look at the tools.")
final class ToolsCommand implements Runnable {
  /// Called when `list` is not given.
  @Override
  public void run() {
    throw new CliException(ExitCode.USAGE, "did you mean `tools list`?");
  }

  /// `tools list`: every tool that a run could be offered, and what was left out and why.
  @Command(name = "list", description = "Every tool that a run may be offered; loads no model.")
  static final class ListCommand implements Callable<Integer> {
    private final Workplace workplace;

    @Mixin ToolOptions tools = new ToolOptions();

    ListCommand(Workplace workplace) {
      this.workplace = workplace;
    }

    @Override
    public Integer call() throws InterruptedException {
      Terminal terminal = workplace.terminal();
      try (Progress progress = new Progress(terminal)) {
        progress.show("asking the tool servers");
        try (ToolSetup setup = ToolSetup.open(workplace.config(null, tools, Map.of()))) {
          ToolCatalog.Snapshot snapshot = setup.catalog().snapshot();
          progress.clear();
          snapshot.specs().forEach(this::print);
          snapshot
              .refusals()
              .forEach(
                  refusal ->
                      terminal
                          .err()
                          .println(
                              "not offered: "
                                  + (refusal.source() + " " + refusal.tool()).strip()
                                  + ": "
                                  + refusal.reason()));
        }
      }
      return ExitCode.DONE;
    }

    private void print(Tool.Spec spec) {
      Terminal terminal = workplace.terminal();
      String description = spec.description().lines().findFirst().orElse("");
      terminal.out().println(spec.name() + "(" + parameters(spec) + ")");
      terminal.out().println("    " + description + "  [" + effects(spec.effects()) + "]");
    }

    private static String parameters(Tool.Spec spec) {
      StringJoiner parameters = new StringJoiner(", ");
      Iterator<Map.Entry<String, com.fasterxml.jackson.databind.JsonNode>> fields =
          spec.inputSchema().path("properties").properties().iterator();
      while (fields.hasNext()) {
        var field = fields.next();
        boolean required = false;
        for (var name : spec.inputSchema().path("required")) {
          required |= name.asText().equals(field.getKey());
        }
        String type = field.getValue().path("type").asText("any");
        parameters.add(field.getKey() + (required ? ": " : "?: ") + type);
      }
      return parameters.toString();
    }

    private static String effects(Tool.Effects effects) {
      StringJoiner words = new StringJoiner(", ");
      words.add(
          effects.readOnly()
              ? "read-only"
              : effects.destructive() ? "destructive" : "changes things");
      if (effects.openWorld()) {
        words.add("reaches outside");
      }
      return words.toString();
    }
  }
}
