package dev.stellwerk.runtime.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What stands under each verb's help: commands to copy, and what one has to know about them.
final class Examples {
  private static final Map<String, List<String>> LINES =
      Map.ofEntries(
          Map.entry(
              "run",
              List.of(
                  "stellwerk run \"What is 17 * 23?\"",
                  "stellwerk run --root ~/notes \"Which files mention rent?\"",
                  "stellwerk run --mcp servers.json --yes \"Close the ticket 4711\"",
                  "stellwerk run --json \"What is 17 * 23?\" | tail -n 1")),
          Map.entry(
              "chat",
              List.of(
                  "stellwerk chat",
                  "stellwerk chat --model Qwen3-30B-A3B-Q4_K_M --temperature 0.7 --seed 3")),
          Map.entry(
              "serve",
              List.of(
                  "stellwerk serve --port 9000",
                  "curl localhost:9000/v1/runs -H 'Content-Type: application/json' \\",
                  "  -d '{\"request\": \"What is 17 * 23?\"}'")),
          Map.entry(
              "mcp",
              List.of(
                  "stellwerk mcp --root ~/notes",
                  "",
                  "An MCP client starts it; docs/guides/mcp.md shows the client's side.")),
          Map.entry(
              "model",
              List.of(
                  "stellwerk model list",
                  "stellwerk model info --model Qwen3-30B-A3B-Q4_K_M",
                  "stellwerk model pull Qwen/Qwen3-30B-A3B-GGUF:Q4_K_M")),
          Map.entry(
              "model info",
              List.of(
                  "stellwerk model info",
                  "stellwerk model info --model kimi-Q4_K_M-00001-of-00013.gguf --json")),
          Map.entry("model list", List.of("stellwerk model list")),
          Map.entry(
              "model pull",
              List.of(
                  "stellwerk model pull Qwen/Qwen3-30B-A3B-GGUF:Q4_K_M",
                  "stellwerk model pull https://example.org/kimi-00001-of-00013.gguf",
                  "",
                  "Then `stellwerk run --model NAME \"…\"`. A token for the hub is read from the",
                  "environment variable HF_TOKEN, and sent to the hub only.")),
          Map.entry("tools", List.of("stellwerk tools list")),
          Map.entry(
              "tools list",
              List.of(
                  "stellwerk tools list",
                  "stellwerk tools list --mcp servers.json --deny 'shell:*'")),
          Map.entry(
              "generate",
              List.of(
                  "stellwerk generate \"Once upon a time\" --max-tokens 64",
                  "stellwerk generate - --schema person.json --json < letter.txt")),
          Map.entry("logits", List.of("stellwerk logits --tokens 1,2,3 --json")),
          Map.entry(
              "template",
              List.of("stellwerk template render --template chat.jinja --input talk.json")),
          Map.entry("constrain", List.of("stellwerk constrain check cases --tokenizer model.gguf")),
          Map.entry(
              "constrain check", List.of("stellwerk constrain check cases --tokenizer model.gguf")),
          Map.entry(
              "eval", List.of("stellwerk eval cases.jsonl.gz --limit 50 --failures wrong.jsonl")),
          Map.entry("gpu", List.of("stellwerk gpu check")),
          Map.entry("gpu check", List.of("stellwerk gpu check --json")));

  private Examples() {}

  /// The footer of a verb's help; empty for a verb without examples.
  ///
  /// @param verb `run`, `model info`, ...
  static String[] footer(String verb) {
    List<String> lines = LINES.getOrDefault(verb, List.of());
    if (lines.isEmpty()) {
      return new String[0];
    }
    List<String> footer = new ArrayList<>(List.of("", "Examples:"));
    boolean note = false;
    for (String line : lines) {
      note |= line.isEmpty();
      footer.add(note ? line : "  " + line);
    }
    return footer.toArray(String[]::new);
  }
}
