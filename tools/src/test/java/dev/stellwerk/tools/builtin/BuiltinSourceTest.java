package dev.stellwerk.tools.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stellwerk.tools.Tool;
import dev.stellwerk.tools.ToolSource;
import dev.stellwerk.tools.ToolSourceContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltinSourceTest extends ToolSourceContract {
  @TempDir private Path folder;

  @Override
  protected ToolSource open() throws IOException {
    return BuiltinTools.source(BuiltinConfig.of(folder, folder.resolve("data")));
  }

  @Override
  protected Tool.Call goodCall(String id) {
    return new Tool.Call(id, "add_note", object().put("text", "milk"));
  }

  /// The names, order and wording that the embedded model was trained on.
  @Test
  void offersExactlyTheToolsOfTheContract() throws Exception {
    List<String> lines =
        open().list().stream()
            .map(
                spec -> {
                  Tool.Effects e = spec.effects();
                  return "%s|%s|%s|%s%s%s%s"
                      .formatted(
                          spec.name(),
                          spec.description(),
                          spec.inputSchema(),
                          e.readOnly() ? "r" : "-",
                          e.idempotent() ? "i" : "-",
                          e.destructive() ? "d" : "-",
                          e.openWorld() ? "o" : "-");
                })
            .toList();
    String text = "{\"type\":\"string\"}";
    assertEquals(
        List.of(
            "list_files|List the files and folders in a folder.|"
                + schema("\"path\":" + text, "")
                + "|ri--",
            "read_file|Read a text file.|" + schema("\"path\":" + text, "\"path\"") + "|ri--",
            "write_file|Write text to a file, replacing what it held.|"
                + schema("\"path\":" + text + ",\"content\":" + text, "\"path\",\"content\"")
                + "|-id-",
            "search_files|Find the files that contain a text.|"
                + schema("\"query\":" + text + ",\"path\":" + text, "\"query\"")
                + "|ri--",
            "calculate|Work out an arithmetic expression.|"
                + schema("\"expression\":" + text, "\"expression\"")
                + "|ri--",
            "get_time|Tell the current date and time, in a time zone or city if one is given.|"
                + schema("\"timezone\":" + text, "")
                + "|ri--",
            "add_note|Save a note.|" + schema("\"text\":" + text, "\"text\"") + "|----",
            "find_notes|List the saved notes, or those that contain a text.|"
                + schema("\"query\":" + text, "")
                + "|ri--"),
        lines);
  }

  private static String schema(String properties, String required) {
    return "{\"type\":\"object\",\"properties\":{"
        + properties
        + "},"
        + (required.isEmpty() ? "" : "\"required\":[" + required + "],")
        + "\"additionalProperties\":false}";
  }

  @Test
  void needsARootThatIsAFolder() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    for (Path bad : List.of(file, folder.resolve("missing"))) {
      assertThrows(IOException.class, () -> BuiltinTools.source(BuiltinConfig.of(bad, folder)));
    }
  }

  @Test
  void limitsMustAllowSomething() {
    assertThrows(IllegalArgumentException.class, () -> new FileLimits(0, 1, 1, 1, 1, 1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new NoteLimits(1, -1, 1, 1, 1));
  }
}
