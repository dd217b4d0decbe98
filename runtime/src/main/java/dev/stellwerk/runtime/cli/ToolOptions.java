package dev.stellwerk.runtime.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which tools there are.
final class ToolOptions {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "The folder that the file tools see; default: the current one.")
  @Nullable Path root;

  @Option(
      names = "--tools",
      paramLabel = "GLOBS",
      split = ",",
      description = "Offer only these, for instance 'read_*,filesystem:*'.")
  List<String> only = List.of();

  @Option(names = "--deny", paramLabel = "GLOBS", split = ",", description = "Do not offer these.")
  List<String> deny = List.of();

  @Option(
      names = "--mcp",
      paramLabel = "FILE",
      description = "MCP servers, in the mcpServers form of Claude Desktop; repeatable.")
  List<Path> mcp = List.of();

  @Option(
      names = "--peer",
      paramLabel = "NAME=URL",
      description = "An A2A agent whose skills become tools; repeatable.")
  Map<String, String> peers = new LinkedHashMap<>();

  void into(Map<String, String> flags) {
    if (root != null) {
      flags.put("stellwerk.tools.root", root.toString());
    }
    putList(flags, "stellwerk.tools.only", only);
    putList(flags, "stellwerk.tools.deny", deny);
    putList(flags, "stellwerk.mcp.files", mcp.stream().map(Path::toString).toList());
    peers.forEach((name, url) -> flags.put("stellwerk.a2a.peers.\"" + name + "\"", url));
  }

  private static void putList(Map<String, String> flags, String name, List<String> values) {
    if (!values.isEmpty()) {
      flags.put(
          name,
          values.stream()
              .map(value -> value.replace("\\", "\\\\").replace(",", "\\,"))
              .collect(Collectors.joining(",")));
    }
  }
}
