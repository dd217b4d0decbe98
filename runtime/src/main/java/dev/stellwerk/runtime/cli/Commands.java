package dev.stellwerk.runtime.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// The verbs. Only the one that is meant is made: reading the annotations of all of them takes
/// longer than most of them run.
final class Commands {
  private final Map<String, Supplier<CommandLine>> verbs = new LinkedHashMap<>();

  Commands(Terminal terminal, GlobalOptions global) {
    Workplace workplace = new Workplace(terminal, global);
    verb("run", () -> new RunCommand(workplace));
    verb("chat", () -> new ChatCommand(workplace));
    verb("serve", () -> new ServeCommand(workplace));
    verb("mcp", () -> new McpCommand(workplace));
    verbs.put(
        "model",
        () ->
            new CommandLine(new ModelCommand())
                .addSubcommand(new ModelCommand.InfoCommand(workplace))
                .addSubcommand(new ModelCommand.ListCommand(workplace))
                .addSubcommand(new PullCommand(workplace))
                .addSubcommand(new BenchCommand(workplace)));
    verbs.put(
        "tools",
        () ->
            new CommandLine(new ToolsCommand())
                .addSubcommand(new ToolsCommand.ListCommand(workplace)));
    verb("generate", () -> new GenerateCommand(workplace));
    verb("logits", () -> new LogitsCommand(workplace));
    verb("tokenize", () -> new TokenizeCommand(workplace));
    verbs.put(
        "template",
        () ->
            new CommandLine(new TemplateCommand())
                .addSubcommand(new TemplateCommand.RenderCommand(workplace)));
    verb("eval", () -> new EvalCommand(workplace));
    verbs.put(
        "constrain",
        () ->
            new CommandLine(new ConstrainCommand())
                .addSubcommand(new ConstrainCommand.CheckCommand(workplace)));
    verbs.put(
        "gpu",
        () ->
            new CommandLine(new GpuCommand())
                .addSubcommand(new GpuCommand.CheckCommand(workplace)));
  }

  /// The command line with the verb that the arguments name, or with all verbs when they name none.
  CommandLine line(GlobalOptions global, String... args) {
    CommandLine line = new CommandLine(new StellwerkCommand());
    Optional<String> named = Arrays.stream(args).filter(arg -> !arg.startsWith("-")).findFirst();
    verbs.forEach(
        (name, verb) -> {
          if (named.map(name::equals).orElse(true) || !verbs.containsKey(named.get())) {
            line.addSubcommand(name, verb.get());
          }
        });
    for (CommandLine each : all(line)) {
      each.getCommandSpec().addMixin("global", CommandSpec.forAnnotatedObject(global));
      each.getCommandSpec().mixinStandardHelpOptions(true);
      String[] examples = Examples.footer(path(each));
      if (examples.length > 0 && each.getCommandSpec().usageMessage().footer().length == 0) {
        each.getCommandSpec().usageMessage().footer(examples);
      }
    }
    return line;
  }

  private void verb(String name, Supplier<Object> command) {
    verbs.put(name, () -> new CommandLine(command.get()));
  }

  /// What a person types after `stellwerk`.
  static String path(CommandLine line) {
    String name = line.getCommandSpec().qualifiedName();
    return name.substring(Math.min(name.length(), name.indexOf(' ') + 1));
  }

  static List<CommandLine> all(CommandLine line) {
    List<CommandLine> all = new ArrayList<>(List.of(line));
    line.getSubcommands().values().forEach(sub -> all.addAll(all(sub)));
    return all;
  }
}
