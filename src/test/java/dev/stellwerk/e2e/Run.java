package dev.stellwerk.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// What `run --json` told of one run.
record Run(Product.Outcome outcome) {
  /// The calls that the model made, in order.
  List<JsonNode> calls() {
    return events("toolsRequested").flatMap(event -> stream(event.get("calls"))).toList();
  }

  /// What came of them, in order.
  List<JsonNode> outcomes() {
    return events("toolsFinished").flatMap(event -> stream(event.get("outcomes"))).toList();
  }

  /// The answer, or why there is none.
  String text() {
    return outcome.lastLine().path("text").asText();
  }

  boolean completed() {
    return outcome.exitCode() == 0
        && outcome.lastLine().path("status").asText().equals("completed");
  }

  @Override
  public String toString() {
    return "exit " + outcome.exitCode() + "\n" + outcome.out() + outcome.err();
  }

  private Stream<JsonNode> events(String type) {
    return outcome.lines().stream().filter(line -> line.path("type").asText().equals(type));
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
