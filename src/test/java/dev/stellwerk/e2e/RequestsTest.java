package dev.stellwerk.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ten requests written by hand, run for real over the built-in tools. None is in the training
/// data.
final class RequestsTest {
  private static final int RIGHT_MIN = 7;
  private static final ObjectMapper JSON = new ObjectMapper();

  /// @param tool the tool that is right
  /// @param arguments what it must be called with; spaces do not count in expressions
  private record Request(String text, String tool, String arguments) {}

  private static final List<Request> REQUESTS =
      List.of(
          new Request("How much is 48 divided by 6?", "calculate", "{\"expression\":\"48/6\"}"),
          new Request(
              "Please show me what is written in todo.txt", "read_file", "{\"path\":\"todo.txt\"}"),
          new Request(
              "Which files are in the folder reports?", "list_files", "{\"path\":\"reports\"}"),
          new Request(
              "Remember that the plumber comes on Friday",
              "add_note",
              "{\"text\":\"the plumber comes on Friday\"}"),
          new Request(
              "What's the time in Lisbon right now?", "get_time", "{\"timezone\":\"Lisbon\"}"),
          new Request(
              "Create a file called greeting.txt containing hello world",
              "write_file",
              "{\"path\":\"greeting.txt\",\"content\":\"hello world\"}"),
          new Request(
              "Where does the word invoice appear in my files?",
              "search_files",
              "{\"query\":\"invoice\"}"),
          new Request(
              "Do I have any notes about the plumber?", "find_notes", "{\"query\":\"plumber\"}"),
          new Request("Multiply 12.5 by 8", "calculate", "{\"expression\":\"12.5*8\"}"),
          new Request(
              "Open docs/plan.md and tell me what it says",
              "read_file",
              "{\"path\":\"docs/plan.md\"}"));

  @TempDir Path temp;

  @Test
  void mostRequestsLeadToTheRightCall() throws IOException {
    Files.writeString(temp.resolve("todo.txt"), "water the plants\n");
    Files.createDirectories(temp.resolve("reports"));
    Files.writeString(temp.resolve("reports/may.txt"), "The invoice of May is paid.\n");
    Files.createDirectories(temp.resolve("docs"));
    Files.writeString(temp.resolve("docs/plan.md"), "Ship on Monday.\n");
    List<String> table = new ArrayList<>();
    int right = 0;
    for (Request request : REQUESTS) {
      Run run =
          new Run(
              new Product(temp)
                  .run(
                      "--data",
                      temp.resolve("data").toString(),
                      "run",
                      "--json",
                      "--yes",
                      request.text()));
      JsonNode call = run.calls().isEmpty() ? JSON.createObjectNode() : run.calls().getFirst();
      boolean matches = matches(request, call);
      right += matches ? 1 : 0;
      String result =
          run.outcomes().isEmpty() ? "" : run.outcomes().getFirst().path("text").asText();
      table.add(
          "| %s | `%s %s` | %s | %s | %s |"
              .formatted(
                  request.text(),
                  call.path("tool").asText(),
                  call.path("arguments"),
                  oneLine(result),
                  oneLine(run.text()),
                  matches ? "right" : "wrong"));
    }
    String all =
        "| request | call | result | answer | |\n|---|---|---|---|---|\n"
            + String.join("\n", table);
    System.out.println(all);
    assertTrue(right >= RIGHT_MIN, right + " of " + REQUESTS.size() + " right\n" + all);
  }

  @Test
  void thereAreTen() {
    assertEquals(10, REQUESTS.stream().map(Request::text).distinct().count());
  }

  private static boolean matches(Request request, JsonNode call) throws IOException {
    if (!call.path("tool").asText().equals(request.tool())) {
      return false;
    }
    JsonNode wanted = JSON.readTree(request.arguments());
    JsonNode made = call.path("arguments");
    if (request.tool().equals("calculate")) {
      String expression = made.path("expression").asText().replace(" ", "");
      return expression.equals(wanted.path("expression").asText());
    }
    return made.equals(wanted);
  }

  private static String oneLine(String text) {
    String line = text.strip().replace("\n", " / ").replace("|", "\\|");
    return line.length() <= 80 ? line : line.substring(0, 77) + "...";
  }
}
