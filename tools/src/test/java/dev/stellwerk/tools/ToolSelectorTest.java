package dev.stellwerk.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToolSelectorTest {
  private static final String PATH =
      "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}}}";

  private static Tool.Spec spec(String name, String description) {
    return FakeSource.spec(name, description, FakeSource.ANYTHING);
  }

  private static final List<Tool.Spec> MANY =
      List.of(
          spec("list_files", "List the files and folders in a folder."),
          spec("read_file", "Read a text file."),
          spec("write_file", "Write text to a file, replacing what it held."),
          spec("search_files", "Find the files that contain a text."),
          spec("calculate", "Work out an arithmetic expression."),
          spec("get_time", "Tell the current date and time, in a time zone or city."),
          spec("add_note", "Save a note."),
          spec("find_notes", "List the saved notes."),
          spec("git_createBranch", "Creates a new branch in the repository."),
          spec("git_commit", "Records changes to the repository."),
          spec("weather_forecast", "Weather forecasts for cities."),
          FakeSource.spec("vault_open", "Opens it.", PATH.replace("path", "combinationCode")));

  private static List<String> select(String request, Set<String> used) {
    return new ToolSelector(MANY, SelectorLimits.DEFAULT)
        .select(request, used).stream().map(Tool.Spec::name).toList();
  }

  @Test
  void showsASmallCatalogueWhole() {
    var selector = new ToolSelector(MANY.subList(0, 8), SelectorLimits.DEFAULT);
    assertEquals(8, selector.select("weather", Set.of()).size());
  }

  @Test
  void choosesEightInCatalogueOrder() {
    List<String> chosen = select("create branches please, then tell the weather", Set.of());
    assertEquals(8, chosen.size());
    assertTrue(chosen.contains("git_createBranch"), chosen.toString());
    assertTrue(chosen.contains("weather_forecast"), chosen.toString());
    List<String> order = MANY.stream().map(Tool.Spec::name).filter(chosen::contains).toList();
    assertEquals(order, chosen);
  }

  @Test
  void findsByNameDescriptionAndParameter() {
    assertTrue(select("committing my work", Set.of()).contains("git_commit"));
    assertTrue(select("what will the city's forecast be?", Set.of()).contains("weather_forecast"));
    assertTrue(select("enter the combination", Set.of()).contains("vault_open"));
    assertTrue(select("CREATE BRANCH", Set.of()).contains("git_createBranch"));
  }

  @Test
  void nothingMatchesFallsBackToCatalogueOrder() {
    assertEquals(
        MANY.subList(0, 8).stream().map(Tool.Spec::name).toList(), select("zzz qqq", Set.of()));
    assertEquals(select("", Set.of()), select("the of and", Set.of()));
  }

  @Test
  void usedToolsStay() {
    List<String> chosen = select("list files", Set.of("vault_open", "git_commit", "gone"));
    assertTrue(chosen.containsAll(List.of("vault_open", "git_commit", "list_files")));
    assertEquals(8, chosen.size());
    Set<String> all = Set.copyOf(MANY.stream().map(Tool.Spec::name).toList());
    assertEquals(MANY.size(), select("x", all).size());
  }

  @Test
  void shortensDescriptions() {
    var limits = new SelectorLimits(8, 20, 100);
    var selector =
        new ToolSelector(List.of(spec("x", "Does it well. Then goes on and on.")), limits);
    assertEquals("Does it well.", selector.select("", Set.of()).getFirst().description());
  }

  @Test
  void isDeterministicAndFastOnAThousandTools() {
    List<Tool.Spec> thousand = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      thousand.add(spec("server_tool_" + i, "Handles item number " + i + " of the long list."));
    }
    var selector = new ToolSelector(thousand, SelectorLimits.DEFAULT);
    var first = selector.select("handle item 777", Set.of());
    assertTrue(first.stream().anyMatch(spec -> spec.name().equals("server_tool_777")));
    long begun = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      assertEquals(
          first,
          new ToolSelector(thousand, SelectorLimits.DEFAULT).select("handle item 777", Set.of()));
    }
    assertTrue(System.nanoTime() - begun < 10_000_000_000L);
  }

  @Test
  void splitsIdentifiersAndStems() {
    assertEquals(List.of("list", "all", "fil"), Words.of("listAllFiles"));
    assertEquals(Words.of("listAllFiles"), Words.of("lists all of the file"));
    assertEquals(List.of("http", "server", "list"), Words.of("HTTPServer-listing"));
    assertEquals(List.of("bas", "64"), Words.of("base64"));
    assertEquals(Words.of("running"), Words.of("run"));
    assertEquals(Words.of("created"), Words.of("create"));
    assertEquals(Words.of("queries"), Words.of("query"));
    assertEquals(Words.of("calling"), Words.of("calls"));
    assertEquals(List.of("東", "京"), Words.of("東京"));
  }
}
